"""SQL of the tails of the normal distribution, which most engines do not have."""

from __future__ import annotations


def both_tails(z: str) -> str:
    """SQL of the probability of both tails beyond z.

    The complementary error function of Press et al., Numerical Recipes in C, section 6.2: wrong by
    less than 1.2e-7 of its value, and never above 1. Beyond 37, where some engines refuse to take
    the exponential, it is 0, for the truth is below 1e-298.
    """
    x = f"(CASE WHEN ABS({z}) <= 37 THEN ABS({z}) WHEN ABS({z}) > 37 THEN 37 END / SQRT(2::DOUBLE))"
    t = f"(1 / (1 + {x} / 2))"
    series = "0.17087277::DOUBLE"
    for coefficient in (
        "-0.82215223",
        "1.48851587",
        "-1.13520398",
        "0.27886807",
        "-0.18628806",
        "0.09678418",
        "0.37409196",
        "1.00002368",
        "-1.26551223",
    ):
        series = f"({coefficient}::DOUBLE + {t} * {series})"
    tail = f"LEAST({t} * EXP({series} - {x} * {x}), 1)"
    return f"CASE WHEN ABS({z}) > 37 THEN 0 WHEN ABS({z}) <= 37 THEN {tail} END"
