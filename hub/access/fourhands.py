"""Who may let a change of an account hold: another person than who proposed it, and than whom it is about. Pure."""

from hub.errors import Refused
from hub.model.account import ADMINS, Account, AccountChange, ProposedChange


def check_decider(proposal: ProposedChange, by: str) -> None:
    """Returns where `by` may decide. Raises Refused A331 for who proposed it, and for whom it is about."""
    if by in (proposal.by, proposal.account):
        raise Refused("A331")


def waits(one: Account, change: AccountChange) -> bool:
    """Whether `change` of `one` needs a second person; only the first password of who is no administrator does not."""
    return change is not AccountChange.PASSWORD or one.role in ADMINS
