"""What a plugin may import. A name that goes away breaks somebody's plugin, so both lists are written out here."""

import hub
import hub.plugin

HUB = [
    "Alias",
    "Arrival",
    "AttachmentRef",
    "BadRecord",
    "Code",
    "Crs",
    "Draft",
    "FixSettings",
    "GridDraft",
    "GridKind",
    "HeldRecord",
    "HubError",
    "PeerRefused",
    "Person",
    "Position",
    "RequestType",
    "Satisfaction",
    "SignInAgain",
    "SourceClock",
    "SourceGone",
    "Stage",
    "TryLater",
    "Urgency",
]
PLUGIN = [
    "PROJECT",
    "Adapter",
    "AdapterEntry",
    "Admitted",
    "Answer",
    "Body",
    "Bridge",
    "CallReceipt",
    "CallState",
    "Channel",
    "ChannelEntry",
    "Connects",
    "Fetches",
    "Filters",
    "Follows",
    "Letter",
    "Listed",
    "Lists",
    "Page",
    "PeerReply",
    "PeerRequest",
    "Reads",
    "Receipt",
    "Received",
    "Receives",
    "Simulator",
    "SimulatorSetup",
    "Summons",
    "Tells",
    "Tends",
    "Tools",
    "Utterance",
    "Writes",
    "hookimpl",
]


def test_the_public_names_of_the_hub_are_pinned() -> None:
    assert hub.__all__ == HUB
    assert hub.plugin.__all__ == PLUGIN


def test_each_public_name_exists_and_says_what_it_is() -> None:
    for module in (hub, hub.plugin):
        for name in module.__all__:
            value = getattr(module, name)
            assert value.__doc__, name
