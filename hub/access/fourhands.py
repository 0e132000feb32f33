"""Who may let a change of an account hold: another person than who proposed it, and than whom it is about. Pure."""

from hub.errors import Refused
from hub.model.account import ProposedChange


def check_decider(proposal: ProposedChange, by: str) -> None:
    """Returns where `by` may decide. Raises Refused A331 for who proposed it, and for whom it is about."""
    if by in (proposal.by, proposal.account):
        raise Refused("A331")
