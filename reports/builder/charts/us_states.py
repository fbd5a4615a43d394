"""The states of the USA as squares: one place for each, so that small ones can be seen too."""

from __future__ import annotations

# Rows from north to south; each state stands about where it lies.
_ROWS = (
    "AK -- -- -- -- -- -- -- -- -- -- ME",
    "-- -- -- -- -- -- -- -- -- -- VT NH",
    "-- WA ID MT ND MN IL WI MI NY RI MA",
    "-- OR NV WY SD IA IN OH PA NJ CT --",
    "-- CA UT CO NE MO KY WV VA MD DE --",
    "-- -- AZ NM KS AR TN NC SC DC -- --",
    "-- -- -- -- OK LA MS AL GA -- -- --",
    "HI -- -- -- TX -- -- -- -- FL -- --",
)
PLACES = {
    code: (column, row)
    for row, line in enumerate(_ROWS)
    for column, code in enumerate(line.split())
    if code != "--"
}
COLUMNS, ROWS = 12, len(_ROWS)
_NAMED = (
    "Alabama AL|Alaska AK|Arizona AZ|Arkansas AR|California CA|Colorado CO|Connecticut CT"
    "|Delaware DE|District of Columbia DC|Florida FL|Georgia GA|Hawaii HI|Idaho ID|Illinois IL"
    "|Indiana IN|Iowa IA|Kansas KS|Kentucky KY|Louisiana LA|Maine ME|Maryland MD|Massachusetts MA"
    "|Michigan MI|Minnesota MN|Mississippi MS|Missouri MO|Montana MT|Nebraska NE|Nevada NV"
    "|New Hampshire NH|New Jersey NJ|New Mexico NM|New York NY|North Carolina NC|North Dakota ND"
    "|Ohio OH|Oklahoma OK|Oregon OR|Pennsylvania PA|Rhode Island RI|South Carolina SC"
    "|South Dakota SD|Tennessee TN|Texas TX|Utah UT|Vermont VT|Virginia VA|Washington WA"
    "|West Virginia WV|Wisconsin WI|Wyoming WY"
)
NAMES = {each.rpartition(" ")[2]: each.rpartition(" ")[0] for each in _NAMED.split("|")}
_CODES = {name.lower(): code for code, name in NAMES.items()}


def state_code(text: str) -> str | None:
    """The two letters of a state given by name or letters; None if there is no such state."""
    cleaned = " ".join(text.split())
    if cleaned.upper() in NAMES:
        return cleaned.upper()
    return _CODES.get(cleaned.lower())
