"""Student's distribution in SQL, for the macros that need it."""

from __future__ import annotations


def student_t_quantile(z: float, degrees: str) -> str:
    """The value of Student's t that is as improbable as z of the standard normal distribution.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5: wrong by less than 1e-3 from
    10 degrees of freedom on, for |z| up to 3.

    Args:
        z: A quantile of the standard normal distribution.
        degrees: The degrees of freedom, an SQL expression.
    """
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    df = f"({degrees})::DOUBLE"
    summed = " + ".join(f"{term!r}::DOUBLE / POWER({df}, {n})" for n, term in enumerate(terms))
    return f"({summed})"
