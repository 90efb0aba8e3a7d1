"""What the organisation's synonyms do to search, on real questions put in other words.

    python benchmarks/synonyms.py PAIRS [--cache vectors.db]

Every question of the pairs file that names a term of the list below is asked in the words of another member
of its group ("Openbaar Ministerie" becomes "OM"); the one relevant answer stays the same. Searched as they
stand and in other words, without the list and with it: counted among the words at several weights, and also
put into the text whose meaning is searched. Prints one line of JSON for each. The list is of general Dutch
and was made without looking at what is found.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from learninglion.evaluation.testset import LabelledPair, answer_entries, data_hash, read_pairs
from learninglion.inference.encoders import NanoEncoder, VectorCache, embed
from learninglion.search import search
from learninglion.search.local import Index
from learninglion.search.scoring import make_probe
from learninglion.search.synonyms import NO_SYNONYMS, Synonyms, read_synonyms
from learninglion.store.store import MemoryReader

LIST = """
OM = Openbaar Ministerie
AP = Autoriteit Persoonsgegevens
NVWA = Nederlandse Voedsel- en Warenautoriteit
COA = Centraal Orgaan opvang asielzoekers
IND = Immigratie- en Naturalisatiedienst
UWV = Uitvoeringsinstituut Werknemersverzekeringen
DNB = De Nederlandsche Bank
AFM = Autoriteit Financiële Markten
ACM = Autoriteit Consument en Markt
IGJ = Inspectie Gezondheidszorg en Jeugd
ILT = Inspectie Leefomgeving en Transport
RIVM = Rijksinstituut voor Volksgezondheid en Milieu
VNG = Vereniging van Nederlandse Gemeenten
EU = Europese Unie
VN = Verenigde Naties
VS = Verenigde Staten
mbo = middelbaar beroepsonderwijs
hbo = hoger beroepsonderwijs
ggz = geestelijke gezondheidszorg
AOW = ouderdomspensioen
zzp'er = zelfstandige zonder personeel
ov = openbaar vervoer
btw = omzetbelasting
leraar = docent = onderwijzer
leerling = scholier
boer = agrariër
ziekenhuis = hospitaal
gevangenis = penitentiaire inrichting
huisvesting = woonruimte
drugs = verdovende middelen
werkloosheid = gebrek aan werk
salaris = loon
vliegveld = luchthaven
kernenergie = atoomenergie
geneesmiddel = medicijn
arts = dokter
advocaat = raadsman
belasting = fiscale heffing
subsidie = tegemoetkoming van de overheid
regenboogakkoord = lhbti-akkoord
"""


def other_words(text: str, known: Synonyms) -> str:
    """`text` with every term of the list said in the words of the next member of its group."""
    for phrase in dict.fromkeys(s.question_term for s in known.stand_ins(text)):
        term = next(s.term for s in known.stand_ins(text) if s.question_term == phrase)
        text = re.sub(rf"\b{re.escape(phrase)}\b", term, text)
    return text


def measured(ranks: Sequence[int]) -> dict[str, float]:
    """hit@1, hit@10 and MRR@10."""
    places = np.array(ranks)
    return {
        "hit@1": round(float((places == 1).mean()), 3),
        "hit@10": round(float((places <= 10).mean()), 3),
        "MRR@10": round(float(np.where(places <= 10, 1 / places, 0).mean()), 3),
    }


class Bench:
    """The answers of a pairs file, indexed."""

    def __init__(self, pairs: Sequence[LabelledPair], cache: VectorCache, place: Path) -> None:
        self.encoder, self.cache = NanoEncoder(), cache
        index = Index(place, self.encoder, cache)
        index.update(MemoryReader(answer_entries(pairs), store_id=data_hash(pairs)))
        self.snapshot = index.snapshot()

    def ranks(
        self, texts: Sequence[str], meant: Sequence[str], ids: Sequence[str], known: Synonyms
    ) -> list[int]:
        """The rank of the right answer of each question; `meant` is whose meaning is searched."""
        rows = embed(self.encoder, meant, as_question=True, cache=self.cache)
        ranks = []
        for text, vector, right in zip(texts, self.snapshot.frame.place_queries(rows), ids, strict=True):
            terms = search.query_terms(text, "", known)
            probe = make_probe(self.snapshot.statistics, terms, vector)
            ranking = search.rank(self.snapshot, probe, exact=True)
            names = [source.partition("#")[0] for source in ranking.sources]
            ranks.append(names.index(right) + 1)
        return ranks


def main() -> None:
    """Measure all variants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    known = read_synonyms(LIST)
    pairs = read_pairs(given.pairs)
    chosen_pairs = [p for p in pairs if known.stand_ins(p.question)]
    ids, texts = [p.id for p in chosen_pairs], [p.question for p in chosen_pairs]
    others = [other_words(t, known) for t in texts]
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        bench = Bench(pairs, VectorCache(given.cache or place / "vectors.db"), place / "index")

        def tell(name: str, *arguments: Sequence[str], synonyms: Synonyms = NO_SYNONYMS) -> None:
            words, meant = arguments
            print(
                json.dumps(
                    {
                        "questions": len(ids),
                        "what": name,
                        **measured(bench.ranks(words, meant, ids, synonyms)),
                    }
                )
            )

        for name, wording in (("as they stand", texts), ("in other words", others)):
            wide = [search.meant_by(text, known) for text in wording]
            tell(f"{name}, no list", wording, wording)
            for weight in (0.25, 0.5, 0.75, 1.0):
                search._SYNONYM_WORDS = weight
                tell(f"{name}, words at {weight}", wording, wording, synonyms=known)
                tell(f"{name}, words at {weight} and meaning", wording, wide, synonyms=known)


if __name__ == "__main__":
    main()
