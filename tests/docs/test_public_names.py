"""What a plugin may import. A name that goes away breaks somebody's plugin, so both lists are written out here."""

import ast
from pathlib import Path

import pytest

import hub
import hub.plugin
from tests.docs.blocks import ROOT

HUB = [
    "SHANGHAI",
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
    "Handling",
    "HeldRecord",
    "HubError",
    "PeerRefused",
    "Person",
    "Position",
    "Refused",
    "RequestType",
    "Satisfaction",
    "SignInAgain",
    "SourceClock",
    "SourceGone",
    "Stage",
    "TryLater",
    "Urgency",
    "digest_of",
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


WRITTEN_OUTSIDE = [
    file
    for root in ("plugins", "docs/examples", "hub/scaffold/templates")
    for file in sorted((ROOT / root).rglob("*.py"))
    if "tests" not in file.relative_to(ROOT / root).parts
]


@pytest.mark.parametrize("file", WRITTEN_OUTSIDE, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_plugin_imports_what_is_public_and_nothing_else(file: Path) -> None:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | (
                {f"hub.{a.name}" for a in node.names} if node.module == "hub" else set()
            )
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    public = {f"hub.{name}" for name in HUB} | {"hub"}
    assert not [
        name
        for name in found
        if name.partition(".")[0] == "hub" and name not in public and not f"{name}.".startswith("hub.plugin.")
    ]
