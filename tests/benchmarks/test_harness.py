"""The table of the benchmark says what was measured."""

from .harness import COLUMNS, Measure, table


def test_the_ratio_is_the_median_of_the_rounds_and_not_of_their_medians():
    measure = Measure("a", [100, 900, 500], peer=[200, 1000, 10_000], at_least=0.5)
    assert measure.ratio == 0.5
    assert measure.is_met


def test_without_a_peer_the_value_itself_is_to_keep_to_the_target():
    assert Measure("memory", [210, 190, 195], unit=" MB", at_most=200).is_met
    assert not Measure("memory", [210, 190, 205], unit=" MB", at_most=200).is_met
    assert Measure("for information", [210]).is_met is None


def test_the_table_says_what_falls_short():
    measures = [
        Measure("mails", [1500], peer=[2000.4], peer_name="smtp-source", at_least=0.7),
        Measure("memory", [250], unit=" MB", at_most=200),
    ]
    header, mails, memory = table(measures)
    assert header.split() == list(filter(None, COLUMNS))
    assert " ".join(mails.split()) == "mails 1,500/s 2,000/s smtp-source 0.75 ≥ 0.7 ok"
    assert " ".join(memory.split()) == "memory 250 MB ≤ 200 MB falls short"
