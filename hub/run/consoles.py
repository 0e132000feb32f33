"""Puts together what people's pages show and take, each made at first use."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from hub.access.exits import Exit
from hub.run.care.catalogue import Card, card
from hub.run.care.deeds import Deeds
from hub.run.care.plugincatalogue import Line, catalogue
from hub.run.care.upkeep import Upkeep
from hub.run.care.waiting import Deliveries
from hub.run.doorways import Doorways
from hub.run.exits.auditlog import AuditLog
from hub.run.ground.loop import Loop
from hub.run.inbox.listing import Listing
from hub.run.inbox.queues import Queues
from hub.run.inbox.sheet import Sheets
from hub.run.map.base import BaseMap
from hub.run.map.fanout import Fanout
from hub.run.map.matter import MatterPage
from hub.run.map.pictures import Pictures
from hub.run.map.tiles import BaseTiles, tiles_of
from hub.run.matters.board import Board
from hub.run.matters.daycounts import DayCounts
from hub.run.people.demo import DemoAccount, let_in
from hub.run.people.house import People
from hub.run.people.signing import Signing
from hub.run.residents.requests import Requests
from hub.run.sources.entering import Entering
from hub.run.sources.surroundings import Surroundings
from hub.run.whitelist.applying import Applying
from hub.run.whitelist.breaking import Breaking
from hub.run.whitelist.disclosing import Disclosing
from hub.run.whitelist.preview import Previewing
from hub.run.whitelist.proposing import Proposing
from hub.run.whitelist.register import Register
from hub.run.whitelist.revealing import Revealing
from hub.run.whitelist.unused import Uses


class Consoles(Doorways):
    """What stands behind pages, beside what callers with a key have too."""

    @cached_property
    def entering(self) -> Entering:
        """Takes what people enter on our own pages."""
        return Entering(
            store=self.store,
            gateway=lambda: self.gateway,
            surroundings=self.surroundings,
            pack=self.pack,
            clock=self.clock,
        )

    @cached_property
    def surroundings(self) -> Surroundings:
        """Where people are who pin a place on a page."""
        return Surroundings(self.pack)

    @cached_property
    def base_map(self) -> BaseMap:
        """What lies under the matters on a map."""
        return BaseMap(self.pack)

    @cached_property
    def base_tiles(self) -> BaseTiles | None:
        """The base map that the settings name."""
        return tiles_of(self.settings.map_tiles)

    @cached_property
    def pictures(self) -> Pictures:
        """The maps of this process."""
        return Pictures(
            store=self.store,
            clock=self.clock,
            speed=self._speed,
            pack=self.pack,
            plans=lambda: self.plans,
            centre=self.base_map.centre,
        )

    def map_keeper(self) -> Loop:
        """Has the map's matters in memory before anybody looks, and as they stand while nobody does."""

        def step() -> int:
            self.pictures.tick()
            return 0

        return Loop("map", step, idle_s=5.0, close=lambda: None)

    @cached_property
    def fanout(self) -> Fanout:
        """Live streams of maps."""
        return Fanout(self.pictures)

    @cached_property
    def matter_page(self) -> MatterPage:
        """Opens matters from the map."""
        return MatterPage(
            store=self.store,
            vault=self.vault,
            showing=self.showing,
            plans=lambda: self.plans,
            contracts=self.contracts,
            pictures=self.pictures,
        )

    def proposing(self, through: Exit) -> Proposing:
        """Takes proposals to change the whitelist, and words about them."""
        return Proposing(self.store, self.pack, self.ledgers.mine, through=through)

    def applying(self, through: Exit) -> Applying:
        """Takes departments' applications for fields, and answers."""
        return Applying(
            store=self.store,
            pack=self.pack,
            register=self.register,
            proposing=self.proposing(through),
            ledger=self.ledgers.mine,
            clock=self.clock,
            through=through,
        )

    @cached_property
    def register(self) -> Register:
        """The whitelist to be looked at."""
        return Register(self.store, self.pack)

    @cached_property
    def uses(self) -> Uses:
        """Knows which grants were used when."""
        return Uses(self.store, self.register, self.ledgers.mine)

    def grant_uses(self) -> Loop:
        """Counts them beside the clockwork, so that whoever asks need not wait."""
        return Loop("grant_uses", self.uses.paced, idle_s=10.0, close=lambda: None)

    @cached_property
    def previewing(self) -> Previewing:
        """Shows what a change of the whitelist would show to whom."""
        return Previewing(
            store=self.store,
            vault=self.vault,
            pack=self.pack,
            whitelist=self.whitelist,
            contracts=self.contracts,
        )

    @cached_property
    def revealing(self) -> Revealing:
        """Takes what operators ask to have revealed, and what is said of it."""
        return Revealing(
            store=self.store,
            vault=self.vault,
            pack=self.pack,
            whitelist=self.whitelist,
            ledger=self.ledgers.mine,
        )

    @cached_property
    def breaking(self) -> Breaking:
        """Opens matters in emergencies."""
        return Breaking(store=self.store, vault=self.vault, pack=self.pack, ledger=self.ledgers.mine)

    @cached_property
    def upkeep(self) -> Upkeep:
        """Looks after sources for engineers."""
        return Upkeep(
            pack=lambda: self.pack,
            configured=frozenset(self.active_sources()),
            deeds=self.deeds,
            settings=self.settings.sources,
        )

    @cached_property
    def deeds(self) -> Deeds:
        """Writes down what people of the consoles do."""
        return Deeds(self.store, self.ledgers.mine, self.clock)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What waits for departments."""
        return Deliveries(lambda: self.pack, self.deeds)

    def catalogue(self) -> list[Line]:
        """All plugins that are installed."""
        return catalogue(self.store, self.registry, self.pack, self.settings.sources)

    def card_of(self, source: str) -> Card:
        """What the plugin of a source says of itself; what it can do only where this process's settings reach it."""
        here = source in self.settings.sources
        return card(self.registry, self.pack.sources[source].plugin, source, self.adapters if here else None)

    @cached_property
    def inbox(self) -> Listing:
        """Lists whistles for people of their departments."""
        return Listing(store=self.store, pack=self.pack, showing=self.showing, contracts=self.contracts)

    @cached_property
    def sheets(self) -> Sheets:
        """Opens whistles for people of their departments."""
        return Sheets(
            store=self.store,
            opening=self.opening,
            attached=self.attached,
            carded=self.carded,
            disclosing=Disclosing(
                store=self.store, vault=self.vault, pack=self.pack, whitelist=self.whitelist
            ),
            contacts=self.contacts,
            contracts=self.contracts,
        )

    @cached_property
    def queues(self) -> Queues:
        """Shows people of the district what waits for them."""
        return Queues(store=self.store, vault=self.vault, showing=self.showing)

    @cached_property
    def board(self) -> Board:
        """Figures of days for people."""
        return Board(self.store, lambda: self.pack, lambda: self.plans, self.ledgers.mine, self.clock)

    def plain_day_counts(self) -> DayCounts:
        """Counts figures of days, for a caller that steps it itself."""
        return DayCounts(
            store=self.store,
            pack=lambda: self.pack,
            book=self.figures,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
        )

    def day_counts(self) -> Loop:
        """Counts what boards show, beside the clockwork; one at a time."""
        worker = self.plain_day_counts()
        return Loop("figures", worker.paced, idle_s=0.25, close=worker.close)

    @cached_property
    def people(self) -> People:
        """Lets people in, and keeps their accounts."""
        return People(
            settings=self.settings,
            store=self.store,
            pack=self.pack,
            vault=lambda: self.vault,
            ledger=self.ledgers.mine,
            clock=self.people_clock,
        )

    @property
    def signing(self) -> Signing:
        """Lets people in."""
        return self.people.signing

    @cached_property
    def audit_log(self) -> AuditLog:
        """Searches of the audit."""
        return AuditLog(store=self.store, ledger=self.ledgers.mine, clock=self.clock)

    def requests(self, through: Exit) -> Requests:
        """Residents' requests, as they come in `through` a door."""
        return Requests(
            store=self.store,
            vault=self.vault,
            pack=self.pack,
            names=self.names,
            ledger=self.ledgers.mine,
            clock=self.clock,
            through=through,
        )

    @cached_property
    def demo_accounts(self) -> Sequence[DemoAccount]:
        """Those that the sign-in page offers; none outside of a demo."""
        if not self.settings.demo:
            return ()
        with self.store.write() as conn:
            return let_in(conn, self.people_clock.now())

    @property
    def names(self) -> Mapping[str, str]:
        """Organisation or source → its name for people."""
        return {
            **{one.id: one.name for one in self.pack.organisations.values()},
            **{name: one.title for name, one in self.pack.sources.items()},
        }
