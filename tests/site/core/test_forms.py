"""Bounds of public forms: what is far too long reaches no parser and no pattern."""

import time

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from core.forms import MAX_CHOICES, BoundedForm


class NeverParsed(forms.CharField):
    """A field that must not see more than 1,000 characters."""

    def to_python(self, value: str) -> str:
        assert len(value) <= 1000
        return super().to_python(value)


class ExampleForm(BoundedForm):
    name = NeverParsed(max_length=10)
    number = forms.DecimalField(required=False)
    topics = forms.MultipleChoiceField(choices=[("1", "One")], required=False)


def form(**values: object) -> ExampleForm:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return ExampleForm(data)


def test_overlong_value_is_refused_unparsed_beside_the_errors_of_other_fields():
    bound = form(name="n" * 2000, number="x")
    assert bound.errors == {
        "number": ["Enter a number."],
        "name": ["Ensure this value has at most 10 characters (it has 2000)."],
    }
    assert list(bound.fields) == ["name", "number", "topics"]
    assert bound["name"].value() == "n" * 2000, "The form is shown again with what was typed."


def test_spaces_around_a_value_do_not_count():
    bound = form(name="  ana" + " " * 500)
    assert bound.is_valid()
    assert bound.cleaned_data["name"] == "ana"


@pytest.mark.parametrize("values", [{"number": "1" * 2000}, {"topics": ["1"] * (MAX_CHOICES + 1)}])
def test_fields_without_a_length_of_their_own_are_bounded_too(values):
    bound = form(name="ana", **values)
    assert list(bound.errors) == list(values)


def test_a_name_is_checked_in_linear_time():
    from newsletter.validators import validate_no_address

    started = time.process_time()
    validate_no_address("a" * 1_000_000)
    validate_no_address("a-" * 500_000)
    validate_no_address("a." * 500_000)
    assert time.process_time() - started < 2
    with pytest.raises(ValidationError):
        validate_no_address("a" * 1_000_000 + ".com")
