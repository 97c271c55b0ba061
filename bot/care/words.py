"""From what was typed to words that patterns can be held against. Pure; linear in the length of the text.

Capitals, accents, curly apostrophes, hidden characters, stretched letters, digits and signs for letters, and slips
of the thumb are undone here. Which spellings mean which words is content.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

# Stands at both ends of the text and wherever a sentence ends.
STOP = "."
NUMBER = "0"
_ENDS = frozenset(".!?;\n")

# Taken out: combining marks, and what is not seen at all.
_HIDDEN = dict.fromkeys(
    [0xAD, 0x61C, 0xFEFF, *range(0x300, 0x370), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
# Latin letters in all their shapes, punctuation and emoji; all else cannot be in a pattern.
_UNREADABLE = re.compile(r"[^\x00-\u024f\u1e00-\u27bf\uff01-\uff5e\U0001d400-\U0001d7ff\U0001f100-\U0001faff]+")
_APOSTROPHES = dict.fromkeys(map(ord, "‘’‛ʼ′`´＇"), "'")
_SHORT_FORMS = (("n't", " not"), ("'ll", " will"), ("'re", " are"), ("'ve", " have"), ("'m", " am"), ("'d", " would"))
_IS = re.compile(r"'s\b")
_PAUSE = re.compile(r"\.{2,}")
_LETTER_BY_LETTER = re.compile(r"\b[a-z](?:[ ._-][a-z]){2,}\b")
# How a word spelt letter by letter ends: most texts have none, and this is soon seen.
_LAST_LETTERS = re.compile(r"[ ._-][a-z][ ._-][a-z]\b")
_BETWEEN_LETTERS = re.compile(r"[ ._-]")
_TOKEN = re.compile(
    r"[a-z0-9]++(?:[*@$#%!]++[a-z0-9]++)*+|[.!?;\n]++|[$@][a-z0-9]++(?:[*@$#%!]++[a-z0-9]++)*+"
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]"
)
_STRANGE = re.compile(r"[^a-z]|([a-z])\1\1")
_SIGNS = re.compile(r"[*@$#%!]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_LETTERS_FOR = tuple(str.maketrans("013457@$!", letters) for letters in ("oieastasi", "oleastasi"))


class Spelling(dict[str, str]):
    """The words that each token stands for, with spaces between; what is not written down here is read from the token.

    `read_as`: a spelling and the words it stands for. `known`: the words that patterns ask for.
    """

    def __init__(self, read_as: Mapping[str, tuple[str, ...]], known: frozenset[str]) -> None:
        itself = {word: word for word in known}
        meant = {token: " ".join(words) for token, words in read_as.items()}
        # Many slips stand for the same words: these are kept once.
        once = itself | {words: words for words in meant.values()}
        super().__init__(dict.fromkeys(_ENDS, STOP) | itself | {token: once[words] for token, words in meant.items()})
        self._ing = frozenset(word for word in known if word.endswith("ing"))

    def __missing__(self, token: str) -> str:
        """What a token stands for that is spelt in no known way; itself when nothing better is known."""
        if not _STRANGE.search(token):
            return token if token[-2:] != "in" else self._look_up(token) or token
        if token[0] in _ENDS:
            return STOP
        if not token.isascii():
            return ""
        if token.isdigit():
            return NUMBER
        for guess in (token, *_guesses(token)):
            if (found := self._look_up(guess)) is not None:
                return found
        return " ".join(self._look_up(part) or part for part in _SIGNS.split(token) if part)

    def _look_up(self, token: str) -> str | None:
        if token in self:
            return self[token]
        longer = f"{token}g"
        return longer if longer in self._ing else None


def tokens(text: str, spelling: Spelling) -> list[str]:
    """The words of a text in order, with a STOP at both ends and between sentences."""
    return read_parts(parts(text), spelling)


def parts(text: str) -> list[str]:
    """What a text is made of before any language has read it: words and signs as typed, in small plain letters."""
    return _TOKEN.findall(_plain(text))


def read_parts(typed: Sequence[str], spelling: Spelling) -> list[str]:
    """The same as `tokens`, of parts."""
    words = [STOP, *" ".join(map(spelling.__getitem__, typed)).split(), STOP]
    return [word for before, word in zip(["", *words], words, strict=False) if word != STOP or before != STOP]


def _plain(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        text = _without_accents(text)
    if "'" in text:
        for short, full in _SHORT_FORMS:
            text = text.replace(short, full)
        text = _IS.sub(" is", text).replace("'", "")
    if ".." in text:
        text = _PAUSE.sub(" ", text)
    if not _LAST_LETTERS.search(text):
        return text
    return _LETTER_BY_LETTER.sub(lambda found: _BETWEEN_LETTERS.sub("", found[0]), text)


def _without_accents(text: str) -> str:
    """Small letters without accents, and nothing hidden."""
    try:
        # The letters of western Europe, which most such texts are written in: many times sooner.
        return text.encode("latin-1").translate(_LATIN, _LATIN_HIDDEN).decode("latin-1")
    except UnicodeEncodeError:
        return _folded(text)


def _folded(text: str) -> str:
    text = _UNREADABLE.sub(" ", text.translate(_APOSTROPHES).translate(_HIDDEN))
    return unicodedata.normalize("NFKD", text).translate(_HIDDEN).casefold()


# What `_folded` makes of Latin-1's small letters and signs; of a sign that stands for several, such as a fraction, the
# first. Written out: a start that asked for each would have most of Unicode's tables in its memory.
_LATIN = bytes.maketrans(
    "àáâãäåçèéêëìíîïñòóôõöùúûüýÿªº¹²³¼½¾´`\xa0¨¯¸".encode("latin-1"), b"aaaaaaceeeeiiiinooooouuuuyyao123113''    "
)
_LATIN_HIDDEN = b"\xad"


def _guesses(token: str) -> Iterator[str]:
    """Other ways to read a token that holds digits, signs or a stretched letter."""
    for letters_for in _LETTERS_FOR:
        yield token.translate(letters_for)
    yield _SIGNS.sub("*", token)
    yield _STRETCHED.sub(r"\1\1", token)
    yield _STRETCHED.sub(r"\1", token)


def slips(word: str) -> Iterable[str]:
    """Likely slips in a word: a letter starred out; from five letters on, also swapped, lost or doubled inside it."""
    for at in range(1, len(word) - 1):
        yield word[:at] + "*" + word[at + 1 :]
        if len(word) >= 5:
            yield word[:at] + word[at + 1 :]
            yield word[: at + 1] + word[at:]
            if at + 2 < len(word):
                yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
