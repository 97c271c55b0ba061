"""The page from the greeting to being forgotten: the main path and its main branches, with a picture of each."""

from datetime import datetime, timedelta

from tests.platforms.walker import Walker

SAID = {
    "en": {
        "note": "His sister joked about my job, and he laughed along.",
        "draft": "You never back me up. You always take their side.",
        "outside": "They would see two tired people.",
        "happened": "when your sister joked about my job",
        "again": "The same joke again, at the party.",
        "friends": "And once more, with friends.",
        "silent": "when my brother joked about your job",
        "better": "I felt alone at dinner. You should have said something.",
    },
    "es": {
        "note": "Su hermana se burló de mi trabajo y se rieron todos.",
        "draft": "Nunca me apoyas. Siempre te pones de su lado.",
        "outside": "Vería a dos personas cansadas.",
        "happened": "cuando tu hermana se burló de mi trabajo",
        "again": "La misma broma otra vez, en la fiesta.",
        "friends": "Y otra vez, con amigos.",
        "silent": "cuando mi hermano se burló de tu trabajo",
        "better": "Me sentí sin apoyo en la cena. Deberías haber dicho algo.",
    },
}
SOON = timedelta(minutes=11)


async def walk(me: Walker) -> None:
    await evening(me)
    await hold(me)
    await morning(me)
    await from_outside(me)
    await openers(me)
    await expectations(me)
    await follow_up(me)
    await patterns(me)
    await partner(me)
    await before(me)
    await settings(me)
    await about(me)
    await care(me)
    await leaving(me)


def said(me: Walker, name: str) -> str:
    return SAID[me.content.language][name]


def day(me: Walker, days: int, hour: int) -> datetime:
    return (me.now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


async def plans(me: Walker, at: datetime, then: str) -> None:
    await me.fills("pick", then, when=f"{at:%Y-%m-%dT%H:%M}")


async def evening(me: Walker) -> None:
    await me.at("cool_down.meet")
    await me.picture("greeting", "The first screen: a minute for oneself before anything else.")
    await me.picks("breathe", "cool_down.heat_before")
    await me.picture("heat", "One number, and it can be skipped.")
    await me.picks("8", "cool_down.breathe")
    await me.breath_at(5_500)
    await me.picture("breathing", "Six breaths a minute.")
    await me.fills("note", "cool_down.noted", note=said(me, "note"), feeling="hurt")
    await me.picks("steady", "cool_down.steady")
    await me.picture("steady", "Naming a feeling.")
    await me.picks("alone", "cool_down.far_corner")
    await me.picks("ground", "cool_down.ground")
    await me.picture("ground", "Five senses.")
    await me.picks("on", "cool_down.heat_after")
    await me.picks("5", "planning.ask")
    await me.picture("check-in", "A check-in is offered, never set by itself.")
    await me.picks("none", "cool_down.rest")


async def hold(me: Walker) -> None:
    await me.picture("rest", "A way out.")
    await me.unfolds()
    await me.picture("more", "What else there is.")
    await me.picks("cool", "cool_down.hello")
    await me.picks("hold", "cool_down.hold")
    await me.picks("begin", "cool_down.holding")
    await me.picture("hold", "Twenty minutes have begun.")
    await me.starts("cool_down.start", "cool_down.hello")
    await me.picks("draft", "cool_down.draft")
    await me.opens("write", draft=said(me, "draft"))
    await me.picture("draft", "An angry message, written where nobody gets it.")
    await me.submits("cool_down.sealed")
    await me.picture("sealed", "It stays sealed until the check-in.")
    await me.picks("check_in", "planning.ask")
    at = day(me, 1, 10)
    await me.opens("pick", when=f"{at:%Y-%m-%dT%H:%M}")
    await me.picture("when", "A time of one's own.")
    await me.submits("planning.ask_clock")
    await me.picture("zone", "The zone, asked once.")
    await me.says(me.zone.key.split("/")[1], "planning.done")
    await me.picture("planned", "Planned, and easy to cancel.")
    await me.waits(me.now + timedelta(minutes=21), "hold.knock")
    await me.picks("open", "hold.how")
    await me.picture("held", "The twenty minutes are over.")
    await me.picks("calm", "planning.already")
    await me.waits(at + SOON, "check_in.knock")
    await me.picture("knock", "The next day: one plain line.")


async def morning(me: Walker) -> None:
    await me.picks("open", "check_in.calm")
    await me.picture("opened", "Calm first.")
    await me.picks("calm", "check_in.safe")
    await me.picture("safe", "The safety question, before any idea for a talk.")
    await me.picks("yes", "check_in.look")
    await me.picks("on", "check_in.sealed")
    await me.picture("held-draft", "The draft is still sealed.")
    await me.picks("keep", "check_in.hub")
    await me.picture("hub", "What would help most now.")


async def from_outside(me: Walker) -> None:
    await me.picks("outside", "check_in.outside")
    await me.picture("outside", "A view from outside.")
    await me.fills("write", "check_in.outside_hard", outside_view=said(me, "outside"))
    await me.picks("skip", "check_in.outside_how")
    await me.picks("skip", "check_in.outside_done")
    await me.picks("reasons", "check_in.reasons")
    await me.picture("reasons", "Reasons to wonder about.")
    await me.picks("froze", "check_in.froze")
    await me.picture("reason", "A reason is not an excuse.")


async def openers(me: Walker) -> None:
    await me.picks("talk", "check_in.support")
    await me.picks("speak_up", "openers.happened")
    await me.fills("write", "openers.tone", happened=said(me, "happened"))
    await me.picture("tone", "Three tones.")
    await me.picks("soft", "openers.shown")
    await me.picture("openers", "Ways to begin, from their own words.")
    await me.fills("check", "openers.checked", draft_words=f"{said(me, 'draft')} {said(me, 'better')}")
    await me.picture("checked", "A draft is checked: what may close the talk, and other words for it.")
    await me.picks("on", "openers.next")


async def expectations(me: Walker) -> None:
    await me.picks("expectations", "expectations.how_often")
    await me.picks("matters", "expectations.role")
    await me.picks("speak", "expectations.signal")
    await me.picture("signal", "A signal between two people.")
    await me.picks("coffee", "expectations.card")
    await me.picture("card", "The card, to copy and to change.")
    await me.picks("when", "check_in.when")
    await me.picks("evening", "check_in.where")
    await me.picks("walk", "check_in.plan_if")
    await me.picks("heated", "check_in.plan_then")
    await me.picks("pause", "check_in.planned")
    await me.picture("if-then", "A small plan for a hard moment.")
    await me.picks("badly", "check_in.badly")
    await me.picks("follow", "planning.when_follow")


async def follow_up(me: Walker) -> None:
    at = day(me, 1, 18)
    await plans(me, at, "planning.done")
    await me.waits(at + SOON, "follow_up.knock")
    await me.picks("open", "follow_up.how")
    await me.picture("follow-up", "After the talk.")
    await me.picks("well", "follow_up.well")
    await me.picks("listened", "follow_up.tell")
    await me.picture("well", "What helped, in a line to say.")
    await me.picks("done", "cool_down.rest")


async def patterns(me: Walker) -> None:
    for name, who, place in (("again", "partner_family", "party"), ("friends", "friends", "eating_out")):
        await me.waits(me.now + timedelta(days=8), "cool_down.rest")
        await me.says(said(me, name), "cool_down.hello")
        await me.starts("reflect.start", "reflect.who")
        await me.picks(who, "reflect.place")
        await me.picks(place, "reflect.feel")
        await me.picks("hurt", "reflect.expected")
        await me.picks("stop", "reflect.stopped")
        await me.picks("done", "cool_down.rest")
    await me.starts("patterns.start", "patterns.seen")
    await me.picture("patterns", "From three times on: counts, and no verdict.")
    await me.page.locator("svg.timeline").scroll_into_view_if_needed()
    await me.picture("timeline", "The same as a picture.")
    await me.picks("talk", "patterns.gate")
    await me.picks("no", "patterns.outside")
    await me.picks("rest", "cool_down.rest")


async def partner(me: Walker) -> None:
    await me.picks("partner", "partner.hello")
    await me.picture("partner", "For the one who stayed silent.")
    await me.picks("me", "partner.afraid")
    await me.picks("no", "partner.harm")
    await me.picks("no", "partner.freezing")
    await me.picks("on", "partner.first")
    await me.picks("on", "partner.own")
    await me.opens("write", own_saw=said(me, "silent"), own_did="laughed", own_left="hurt")
    await me.picture("own", "One sentence, put together.")
    await me.submits("partner.owned")
    await me.picture("sentence", "Say it, then stop.")
    await me.picks("not_now", "partner.rest")


async def before(me: Walker) -> None:
    await me.starts("before.start", "before.safe")
    await me.picks("yes", "before.company")
    await me.picks("partner_family", "before.signal")
    await me.picks("coffee", "before.exit")
    await me.picks("air", "before.plan")
    await me.picture("before", "A plan for an evening that is coming.")
    await me.picks("done", "cool_down.rest")


async def settings(me: Walker) -> None:
    await me.picks("settings", "settings.start")
    await me.picture("settings", "Settings.")
    await me.picks("export", "settings.export")
    await me.picture("export", "Everything as one file.")
    async with me.page.expect_download():
        await me.page.locator(".save").last.click()
    await me.picks("more", "settings.start")


async def care(me: Walker) -> None:
    await me.in_danger()
    await me.picture("safety", "The safety button, from any screen.")
    await me.picks("afraid", "care.afraid")
    await me.picture("afraid", "Afraid of a partner.")
    await me.picks("lines", "care.domestic")
    await me.picks("country", "care.country")
    await me.picture("country", "The country, for the numbers only.")
    await me.picks("IE" if me.content.language == "en" else "ES", "care.domestic")
    await me.picture("lines", "Who can help there.")
    await me.starts("openers.begin", "care.withheld")
    await me.picture("withheld", "No ideas for a talk while it is unsafe.")


async def about(me: Walker) -> None:
    await me.starts("help.start", "help.start")
    await me.picture("help", "What it is, and what it is not.")
    await me.picks("keeps", "help.keeps")
    await me.picture("keeps", "What it keeps, and who can read it.")
    await me.picks("back", "settings.start")


async def leaving(me: Walker) -> None:
    await me.starts("settings.forget", "settings.forget")
    await me.picture("forget", "Being forgotten.")
    await me.picks("forget", "settings.forgotten")
    await me.page.locator("#hide").click()
    await me.picture("hidden", "One press on Hide, or Escape twice.")
