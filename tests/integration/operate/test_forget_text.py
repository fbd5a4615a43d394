"""Taking a person out of texts and tables: all of her, nothing of others, and files still load."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import duckdb
import pytest

from operate import forget_parquet
from operate.forget_people import Person
from operate.forget_text import clean_document, clean_stream
from operate.forget_values import Cleaner, is_personal

EMAIL = "ada.zwirn@x.example"
ADA = Person(
    "C00000042",
    "erased-1",
    "2025-01-01",
    {
        "email": ["Ada.Zwirn@x.example"],
        "phone": ["+41 31 5550101"],
        "first_name": ["Ada"],
        "last_name": ["Zwirn"],
    },
)
NUMBERED = Person("42", "erased-2", "2025-01-01", {"email": [EMAIL], "first_name": ["Ada"]})
INSTEAD = ADA.email_pseudonym


def cleaned(text: str, suffix: str, person: Person = ADA, encoding: str = "utf-8") -> str:
    target = io.BytesIO()
    clean_stream(Cleaner([person]), suffix, io.BytesIO(text.encode(encoding)), target)
    return target.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "customer_id,name,city\r\nC00000042,Ada Zwirn,Ada\r\n",
            "customer_id,name,city\r\nerased-1,,Ada\r\n",
            id="by id; a city stays a city",
        ),
        pytest.param(
            f"ref;Mail;Tel;note\n7;{EMAIL.upper()};x;met Ada\n8;o@x.example;1;met Ada\n",
            f"ref;Mail;Tel;note\n7;{INSTEAD};;met Ada\n8;o@x.example;1;met Ada\n",
            id="by address, semicolons",
        ),
        pytest.param(
            "ref,contact\n7,0041/31/5550101\n8,+41315550101\n",
            "ref,contact\n7,0041/31/5550101\n8,\n",
            id="by number, however it is grouped",
        ),
        pytest.param(
            f'id,text\n1,"said ""hi""\n{EMAIL} wrote"\n2,"a\nb"\n',
            f'id,text\n1,"said ""hi""\n{INSTEAD} wrote"\n2,"a\nb"\n',
            id="a value over two lines",
        ),
        pytest.param(
            "order_id,customer_id,email_consent,note\nO1,C00000042,yes,\n",
            "order_id,customer_id,email_consent,note\nO1,erased-1,yes,\n",
            id="an order keeps its consent",
        ),
        pytest.param(
            f"customer_id,x\n1,my.{EMAIL}\n2,{EMAIL}.org\nC000000420,y\n",
            f"customer_id,x\n1,my.{EMAIL}\n2,{EMAIL}.org\nC000000420,y\n",
            id="longer addresses and ids are others'",
        ),
        pytest.param(
            "customer_id,birth_date\nC00000042,1980-01-31\nC00000042,unknown\n",
            "customer_id,birth_date\nerased-1,\nerased-1,erased\n",
            id="what the contract refused is refused as before",
        ),
        pytest.param(
            f'id,size\n1,5"\n2,6\n3,{EMAIL}\n',
            f'id,size\n1,5"\n2,6\n3,{INSTEAD}\n',
            id="a quote that is never closed",
        ),
    ],
)
def test_csv(before: str, after: str) -> None:
    assert cleaned(before, ".csv") == after


def test_plain_numbers_stay_because_queries_may_expect_them() -> None:
    text = f"customer_id,quantity,email\n42,42,{EMAIL}\n42,1,\n7,42,o@x.example\n"
    after = text.replace(EMAIL, NUMBERED.email_pseudonym)
    assert cleaned(text, ".csv", NUMBERED) == after
    assert cleaned("user id,first name,qty\n42,Bea,42\n", ".csv", NUMBERED).endswith("42,,42\n")


def test_utf_16_stays_utf_16() -> None:
    text = f"customer_id,email\nC00000042,{EMAIL}\nC1,ü@x.example\n"
    after = f"customer_id,email\nerased-1,{INSTEAD}\nC1,ü@x.example\n"
    assert cleaned(text, ".csv", encoding="utf-16") == after


def test_json_lines_change_only_where_she_is() -> None:
    hers = {"id": "C00000042", "customer": {"e_mail": EMAIL, "tel": 41315550101}, "price": 1.5}
    text = '{"price":  1.50}\n' + json.dumps(hers) + "\nno json\n"
    first, second, third = cleaned(text, ".ndjson").splitlines()
    assert (first, third) == ('{"price":  1.50}', "no json")
    assert json.loads(second) == {
        "id": "erased-1",
        "customer": {"e_mail": INSTEAD, "tel": None},
        "price": 1.5,
    }


def test_numbers_of_a_json_document_keep_their_digits() -> None:
    text = f'{{"email": "{EMAIL}", "rate": 1.10, "big": 12345678901234567890, "exp": 1.0E+2}}'
    after = clean_document(Cleaner([ADA]), text)
    assert '"rate": 1.10, "big": 12345678901234567890, "exp": 1.0E+2' in after


def test_objects_of_a_list_are_records_of_their_own() -> None:
    people = [{"email": EMAIL, "street": "Elm 1"}, {"email": "o@x.example", "street": "Oak 2"}]
    order = {"customer_id": "C00000042", "lines": [{"name": "Milk"}], "zip": "3000"}
    text = json.dumps({"people": people, "order": order})
    assert json.loads(clean_document(Cleaner([ADA]), text)) == {
        "people": [{"email": INSTEAD, "street": ""}, people[1]],
        "order": {"customer_id": "erased-1", "lines": [{"name": "Milk"}], "zip": ""},
    }


def test_which_columns_are_about_a_person() -> None:
    names = ["Email", "Billing Name", "CustomerEmail", "shippingAddress1", "lastName", "Zip"]
    assert [name for name in names if not is_personal(name)] == []
    others = ["Name", "Lineitem name", "product_name", "Accepts Email Marketing", "updated_at"]
    assert [name for name in others if is_personal(name)] == []


def test_parquet_keeps_types_order_and_all_others(tmp_path: Path) -> None:
    path, draft = tmp_path / "a.parquet", tmp_path / "b.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS customer_id, i AS n, "
            f"'+41 31 5550' || (60 + i) AS phone, DATE '1980-01-01' + i::INT AS birth_date, "
            f"i * 1.10::DECIMAL(9, 2) AS amount FROM range(100) AS t(i)) TO '{path}' "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        assert forget_parquet.write_clean(Cleaner([ADA]), path, draft)
        describe = "DESCRIBE FROM '{}'"
        assert (
            connection.execute(describe.format(path)).fetchall()
            == connection.execute(describe.format(draft)).fetchall()
        )
        before = connection.execute(f"FROM '{path}'").fetchall()
        after = connection.execute(f"FROM '{draft}'").fetchall()
        changed = [place for place in range(100) if before[place] != after[place]]
        # Row 41 has her number: +41 31 5550101.
        assert changed == [41, 42]
        assert after[42] == ("erased-1", 42, None, None, before[42][4])
    assert not forget_parquet.write_clean(Cleaner([ADA]), draft, tmp_path / "c.parquet")


def test_ids_made_of_the_address_are_known_again() -> None:
    def made_of(email: str) -> str:
        return f"contact-{hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()}"

    person = Person(made_of(EMAIL), "erased-3", "2025-01-01", {"email": [EMAIL]})
    assert person.other_ids == (made_of(person.email_pseudonym),)
    assert ADA.other_ids == ()


def test_quoted_keys_are_replaced_whatever_their_form() -> None:
    cleaner = Cleaner([NUMBERED, ADA])
    text = "customer_id=42 | customer_id=421, n=42 | row_key=C00000042"
    after = "customer_id=erased-2 | customer_id=421, n=42 | row_key=erased-1"
    assert cleaner.quotation(text) == after
