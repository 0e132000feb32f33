"""Puts together what callers with a key ask for, each made at first use."""

from functools import cached_property

from hub.run.dossier.dossiers import Dossiers
from hub.run.exits.agreements import Agreements
from hub.run.exits.attached import Attached
from hub.run.exits.opening import Opening
from hub.run.matters.atcentre import AtCentre
from hub.run.matters.atpost import AtPost
from hub.run.matters.figuring import FiguresBook
from hub.run.people.machines import Machines
from hub.run.ringing.contacts import Contacts
from hub.run.sources.gateway import Gateway
from hub.run.supervision.appealing import Appealing
from hub.run.supervision.carded import Carded
from hub.run.supervision.owing import Owing
from hub.run.workers import Workers
from hub.schema import schemas


class Doorways(Workers):
    """What stands behind the doors of sources, departments, posts and the centre."""

    @cached_property
    def gateway(self) -> Gateway:
        """The doors of all sources that push."""
        for source in self.active_sources():
            self.adapter(source)  # settings that are wrong end the start, not the first request
        return Gateway(
            self.active_sources(),
            self.adapters.lent,
            self.adapters.is_on,
            vault=self.vault,
            body_limit=self.settings.body_limit,
            store=self.store,
            ledgers=self.ledgers,
            pressure=self.pressure,
            clock=self.clock,
            worker=self.worker,
        )

    @cached_property
    def at_post(self) -> AtPost:
        """Blows and reviews whistles for posts."""
        return AtPost(
            store=self.store,
            journey=lambda: self.journey,
            moving=self.moving,
            latecomers=self.latecomers,
            contracts=self.contracts,
            evaluating=self.evaluating,
            offices=self.pack.organisations.offices,
            ledger=self.ledgers.mine,
            clock=self.clock,
        )

    @cached_property
    def at_centre(self) -> AtCentre:
        """Decides for people of the centre."""
        return AtCentre(
            store=self.store,
            journey=lambda: self.journey,
            moving=self.moving,
            latecomers=self.latecomers,
            ledger=self.ledgers.mine,
            clock=self.clock,
        )

    @cached_property
    def agreements(self) -> Agreements:
        """Contract versions as their departments may read them."""
        return Agreements(self.pack, schemas())

    @cached_property
    def opening(self) -> Opening:
        """Opens whistles for their departments."""
        return Opening(store=self.store, vault=self.vault, showing=self.showing, contracts=self.contracts)

    @cached_property
    def attached(self) -> Attached:
        """Opens the files of whistles for their departments."""
        return Attached(store=self.store, vault=self.vault, showing=self.showing, contracts=self.contracts)

    @cached_property
    def appealing(self) -> Appealing:
        """Takes appeals of cards."""
        return Appealing(store=self.store, vault=self.vault, pack=self.pack)

    @cached_property
    def owing(self) -> Owing:
        """Lists what departments have to answer for, and takes their answers."""
        return Owing(store=self.store, vault=self.vault, whitelist=self.whitelist)

    @cached_property
    def contacts(self) -> Contacts:
        """Takes what departments say to residents."""
        return Contacts(
            store=self.store,
            vault=self.vault,
            pack=self.pack,
            reachable=self.reachable,
            ledger=self.ledgers.mine,
        )

    @cached_property
    def carded(self) -> Carded:
        """Lists departments' cards."""
        return Carded(store=self.store, whitelist=self.whitelist)

    @cached_property
    def figures(self) -> FiguresBook:
        """Months' figures for departments."""
        return FiguresBook(self.store, lambda: self.pack)

    @cached_property
    def dossiers(self) -> Dossiers:
        """Exports dossiers."""
        return Dossiers(
            store=self.store,
            vault=self.vault,
            showing=self.showing,
            contracts=self.contracts,
            anchors=self.settings.anchors,
        )

    @cached_property
    def machines(self) -> Machines:
        """Knows machines by key, token or certificate."""
        return Machines(store=self.store, clock=self.people_clock)
