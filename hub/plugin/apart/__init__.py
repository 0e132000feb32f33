"""An adapter in a process of its own: what is not shipped with the hub runs there, unless the settings say otherwise.

It contains faults, and is no sandbox against malice: who installs a plugin trusts it. The process is given no database
address, no key of the hub and no secret but its own; records go through a pipe; memory, open files and the time of a
call are limited. One that ends, hangs or leaks is started anew at the next call, and no other source notices.

    adapter.py   what the hub calls: one method a capability, each a call into the process
    process.py   the process: started, spoken to, given up
    child.py     its main: loads the plugin, makes the adapter, answers calls
    speech.py    what goes through the pipe
    offered.py   what a version on the shelf offers; asked.py is the main of the process that is asked
"""

from hub.plugin.apart.adapter import apart
from hub.plugin.apart.offered import offered
from hub.plugin.apart.process import Limits, Process, give_to
from hub.plugin.apart.speech import Birth

__all__ = ["Birth", "Limits", "Process", "apart", "give_to", "offered"]
