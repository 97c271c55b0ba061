"""English: what it may not say, how its buttons begin, what a lock screen may show."""

from bot.flows.speech import EXCLAMATION, Speech, any_of, words

_SOMEBODY = r"(?:him|her|them|your partner)"

SPEECH = Speech(
    never={
        # Verdicts, blame, labels for a person, advice to stay or to go, and being told how to feel.
        "W104": (
            any_of(
                r"abuser|abusive|toxic|narcissis\w*|gasligh\w*|victim|red flags?|controlling",
                r"psycho(?:path)?|crazy|monster|coward|selfish|manipulat\w*|break up|end the relationship",
                "you(?:'| a)re right|they(?:'| a|we)re wrong|you(?:'| a)re wrong|(?:your|their) fault",
                r"(?:they|you)(?:'| a)re always|that(?:'| i)s abuse|gaslit|cruel",
                r"you (?:should|must) tell|it(?:'| i)s time to go",
                "you should(?:n't| not)? have|they should(?:n't| not)? have",
                "you should (?:stay|leave|go back)|you never|you always|they never|they always|calm down",
                r"overreact\w*|get over it|at least (?:you|they|it)|too sensitive|real love",
                rf"(?:leave|dump|stay with|forgive) {_SOMEBODY}",
            ),
            "words that are not ours to say",
        ),
        "W107": (
            any_of(
                r"(?<!would you )(?<!would they )(?<!'d )like (?:an?|the|some(?:one|body|thing))",
                r"as (?!soon|long|much|many|well|far|often|if|though)\w+ as (?:an?|the)",
                "as (?:if|though)",
            ),
            "a simile",
        ),
        "W108": (EXCLAMATION, "an exclamation mark"),
        "W109": (
            any_of(
                r"\w+, (?:right|ok|okay|huh|yes|no|correct)\?",
                r"\w+, (?:is|are|was|were|do|does|did|have|has|would|could|should|can|will|wo|ca)(?:n't)? "
                r"(?:you|it|they|we|I|that|there)\?",
                r"(?:is|are|was|does|do|did|would|has|have)n't (?:it|that|they|you|we) [^.?!]*\?",
                r"who (?:would(?:n't)?|wants|needs|could|knows)\b[^.?!]*\?",
                r"how (?:could|dare) (?:they|you|anyone)[^.?!]*\?|why (?:me|not|bother)\?",
            ),
            "a question that asks nothing",
        ),
        "W111": (
            any_of(
                r"(?:I |we )?promise|guarantee\w*|(?:always|ever) (?:be )?(?:here|there) for|always here",
                "never (?:be )?(?:lost|fails?|forgets?)|will be (?:fine|ok|okay|all right|alright)",
                "trust me|it(?:'ll| will) (?:get better|pass|be over)",
                "you(?:'ll| will) feel (?:better|calmer|safe)",
                "(?:completely|totally|perfectly|100%) (?:private|safe|secure|anonymous)",
                "no one (?:can|will) ever|nobody (?:can|will) ever|(?:our|my) team",
                "(?:someone|somebody) will (?:read|answer|call)|we(?:'re| are) (?:here|listening)|24/7",
            ),
            "a promise that no code keeps",
        ),
        "W112": (
            any_of(
                "4-7-8|calms|heals?|healing|cures?|fixes|soothes|detox|rewires?|proven|proves",
                "scientific(?:ally)?|science|clinical(?:ly)?|evidence|experts?",
                "stud(?:y|ies) (?:shows?|finds?|says?|proves?)|research|psychologists?|always works",
                "hold (?:it |your breath )?for (?:7|seven)|out for (?:8|eight)|works for everyone",
            ),
            "a claim that the evidence does not carry",
        ),
    },
    gendered=any_of(
        "he|she|him|her|his|hers|himself|herself|s/?he|he/she|husbands?|wife|wives|boyfriends?",
        "girlfriends?|hubby|fianc[eé]e?s?|ladies|guys|girls|ma'am|sir",
    ),
    verbs=words("""
        add agree answer ask be begin breathe bring call cancel change check choose close come compare continue cool
        copy count create cut decide delete do draft draw drop edit end erase explore export fill find finish forget
        get give go hear help hide hold keep learn leave let listen look make mark mend mix move name note open pause
        phone pick picture plan play practise press put read remind remove repair repeat rest return save say schedule
        seal see send set settle share show sit skip slow snooze speak start stay steady step stop switch take talk tell
        text think throw try turn undo use view wait walk watch wonder word work write
        """),
    own_voice=words("i i'm i'd i'll i've me let's"),
    answers=words("""
        yes no not maybe none nothing neither both some sometimes never always often once every everyone nobody
        now later today tonight tomorrow before after when at in on it it's they we my our a an the this that that's
        another something someone less more mixed fine well badly enough english español
        """),
    glances=frozenset(
        {
            "You have a message.",
            "Your check-in, as you asked.",
            "Your reminder, as you asked.",
            "A note for later.",
            "It's time.",
        }
    ),
)
