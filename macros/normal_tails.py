"""SQL of the tails of the normal distribution, which most engines do not have."""

from __future__ import annotations


def both_tails(z: str) -> str:
    """SQL of the probability of both tails beyond z.

    The complementary error function of Press et al., Numerical Recipes in C, section 6.2: wrong by
    less than 1.2e-7 of its value everywhere, and never above 1. Beyond 37 some engines refuse to
    take the exponential.
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
    # LEAST passes over NULL.
    most = f"CASE WHEN NOT {z} IS NULL THEN 1 END"
    return f"LEAST({t} * EXP({series} - {x} * {x}), {most})"
