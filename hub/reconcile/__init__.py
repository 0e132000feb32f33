"""Both sides of every border beside each other: sources and what is stored, departments and what they were told.

Pure: what each side says goes in, differences come out. `hub.run.reconciling` asks the sides.
"""
