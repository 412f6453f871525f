import uuid

from django.db import models

from core.lifecycle import Event, Standing, StateTable
from programmes.models import OfHubs, Venue
from submissions.models import HELD, Asked, AskedQuerySet


class State(StateTable):
    HELD = HELD, Standing(holds=True), "vastgehouden"
    LAPSED = "lapsed", Standing(is_off=True), "vervallen"
    RESERVED = "reserved", Standing(holds=True, is_coming=True, is_promise=True), "gereserveerd"
    CANCELLED = "cancelled", Standing(is_off=True, calendar="CANCELLED"), "geannuleerd"


class Toy(Asked):
    states = State

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State, editable=False)
    attention = models.CharField(max_length=10, blank=True)

    objects = AskedQuerySet["Toy"].as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "speelgoed", "speelgoed"
        constraints = [*Asked.Meta.constraints]

    def __str__(self) -> str:
        return f"speelgoed {self.party_name}"

    def places(self):
        return self.day if self.is_holding else None

    @property
    def school_day(self):
        return self.day


class ToyEvent(Event):
    hub_lookup = "toy__submission__hub"

    toy = models.ForeignKey(Toy, on_delete=models.CASCADE, related_name="events")

    objects = OfHubs["ToyEvent"].as_manager()

    class Meta(Event.Meta):
        verbose_name, verbose_name_plural = "gebeurtenis", "gebeurtenissen"
