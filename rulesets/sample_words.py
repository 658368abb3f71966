"""The words the made-up sample is put together from. No person or company here is a real one.

Every mail domain ends in `.example`, which is reserved and can belong to nobody (RFC 2606).
"""

from __future__ import annotations

Weighted = tuple[tuple[str, float], ...]

# Names of one script go together: given names and family names, each with how an email address spells it.
Spelt = tuple[tuple[str, str], ...]
PEOPLE: tuple[tuple[float, Spelt, Spelt], ...] = (
    (
        90.0,
        (
            ("Anna", "anna"),
            ("Zoë", "zoe"),
            ("Jonas", "jonas"),
            ("Søren", "soren"),
            ("Łukasz", "lukasz"),
            ("Chloé", "chloe"),
            ("José", "jose"),
            ("Şebnem", "sebnem"),
            ("Priya", "priya"),
            ("Grace", "grace"),
            ("Liam", "liam"),
            ("Emma", "emma"),
            ("Marco", "marco"),
            ("Sofia", "sofia"),
            ("Daniel", "daniel"),
            ("Hannah", "hannah"),
            ("Tomáš", "tomas"),
            ("Ingrid", "ingrid"),
            ("Mateo", "mateo"),
            ("Aisha", "aisha"),
            ("Peter", "peter"),
            ("Claire", "claire"),
            ("Ben", "ben"),
            ("Mei", "mei"),
        ),
        (
            ("Becker", "becker"),
            ("Müller", "mueller"),
            ("Weiß", "weiss"),
            ("Ågård", "agard"),
            ("Wójcik", "wojcik"),
            ("Lefèvre", "lefevre"),
            ("Núñez", "nunez"),
            ("Gonçalves", "goncalves"),
            ("Yıldız", "yildiz"),
            ("Nair", "nair"),
            ("Okafor", "okafor"),
            ("O'Hara", "ohara"),
            ("van den Berg", "vandenberg"),
            ("Rinaldi", "rinaldi"),
            ("Lindqvist", "lindqvist"),
            ("Brooks", "brooks"),
            ("Clarke", "clarke"),
            ("Dvořák", "dvorak"),
            ("Solheim", "solheim"),
            ("Vargas", "vargas"),
            ("Rahman", "rahman"),
            ("Novak", "novak"),
            ("Dubois", "dubois"),
            ("Whitfield", "whitfield"),
            ("Tan", "tan"),
        ),
    ),
    (
        3.0,
        (("Олена", "olena"), ("Марко", "marko"), ("Ірина", "iryna")),
        (("Коваль", "koval"), ("Бондар", "bondar")),
    ),
    (
        2.0,
        (("Ελένη", "eleni"), ("Νίκος", "nikos")),
        (("Παππά", "pappa"), ("Βλάχου", "vlachou")),
    ),
    (
        3.0,
        (("さくら", "sakura"), ("蓮", "ren"), ("陽菜", "hina")),
        (("田中", "tanaka"), ("小林", "kobayashi")),
    ),
    (
        2.0,
        (("نور", "nour"), ("سامي", "sami")),
        (("حداد", "haddad"), ("منصور", "mansour")),
    ),
)

COMPANY_FIRST = (
    "Amberfield", "Birchgate", "Cobaltine", "Dunmarrow", "Eastwick", "Fernhollow", "Greyloch", "Hazelmoor",
    "Ironquay", "Juniperra", "Kestrelby", "Larkstead", "Mossbridge", "Northvale", "Oakhurstia", "Pebbleton",
    "Quillmere", "Rookwell", "Saltmarsh", "Thistledown", "Umberline", "Velloway", "Wrenfold", "Yarrowby",
)  # fmt: skip

INDUSTRIES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("Software", 26.0, ("Systems", "Cloud", "Labs")),
    ("Financial services", 12.0, ("Capital", "Insurance", "Payments")),
    ("Manufacturing", 16.0, ("Works", "Tools", "Components")),
    ("Healthcare", 9.0, ("Clinics", "Health", "Diagnostics")),
    ("Logistics", 10.0, ("Freight", "Shipping", "Logistics")),
    ("Retail", 11.0, ("Stores", "Outfitters", "Market")),
    ("Education", 8.0, ("College", "Academy", "Learning")),
    ("Agencies", 8.0, ("Studio", "Media", "Partners")),
)

TITLES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    (
        "decides",
        0.24,
        (
            "VP Marketing",
            "VP Sales",
            "Vice President Revenue",
            "Head of Growth",
            "Head of Marketing Operations",
            "CTO",
            "CMO",
            "Chief Revenue Officer",
            "Managing Director",
        ),
    ),
    (
        "advises",
        0.38,
        (
            "Marketing Manager",
            "RevOps Manager",
            "Sales Operations Lead",
            "Demand Generation Manager",
            "Director of Marketing",
            "CRM Manager",
        ),
    ),
    (
        "works",
        0.34,
        ("Marketing Specialist", "Data Analyst", "Sales Representative", "Software Engineer", "Consultant"),
    ),
    ("studies", 0.04, ("Student", "Student assistant")),
)

# Employees from, to, and how many in a hundred companies are of that size.
SIZES: tuple[tuple[int, int, float], ...] = (
    (2, 19, 22.0),
    (20, 49, 20.0),
    (50, 199, 26.0),
    (200, 999, 20.0),
    (1000, 12000, 12.0),
)

COUNTRIES: Weighted = (
    ("DE", 22.0),
    ("AT", 7.0),
    ("CH", 7.0),
    ("NL", 8.0),
    ("FR", 10.0),
    ("GB", 14.0),
    ("US", 16.0),
    ("PL", 5.0),
    ("ES", 5.0),
    ("IN", 3.0),
    ("BR", 3.0),
)

LOCALES = {
    "DE": "de", "AT": "de", "CH": "de", "NL": "nl", "FR": "fr", "PL": "pl", "ES": "es", "BR": "pt",
}  # fmt: skip

SOURCES: Weighted = (
    ("organic search", 34.0),
    ("paid search", 18.0),
    ("webinar", 14.0),
    ("referral", 12.0),
    ("social", 12.0),
    ("trade fair", 6.0),
    ("partner", 4.0),
)

NEEDS = ("route leads faster", "one view of the funnel", "replace a tool", "prove what marketing brings")
TIMELINES = ("this month", "this quarter", "this year", "no date")

FREE_MAIL = ("freemail.example", "postbox.example", "eu.webmail.example")
COMPETITORS = ("rivalscore.example", "funnelhawk.example", "pipemaster.example")

# A page, how likely a lead without any wish to buy looks at it, and how much a strong wish adds.
PAGES: tuple[tuple[str, float, float], ...] = (
    ("home", 20.0, -3.0),
    ("blog", 22.0, -6.0),
    ("features", 12.0, 2.0),
    ("docs/setup", 5.0, 2.0),
    ("docs/api", 3.0, 2.0),
    ("integrations", 6.0, 2.0),
    ("case-studies", 5.0, 4.0),
    ("pricing", 4.0, 9.0),
    ("security", 2.0, 2.0),
    ("careers", 5.0, -3.0),
)

GUIDES: Weighted = (
    ("Buyer Checklist", 4.0),
    ("Lead Scoring Handbook", 5.0),
    ("Pricing Guide 2026", 3.0),
    ("State of RevOps 2025", 4.0),
)

FEATURES = ("import", "rules", "dashboards", "alerts", "api", "exports")
CAMPAIGNS = ("newsletter", "product news", "webinar invitation")
WEBINARS = ("Scoring that sales believes", "From MQL to meeting", "Clean data in a week")

# Yearly price by number of seats sold.
PLANS: Weighted = (("team", 6.0), ("business", 3.0), ("enterprise", 1.0))
PRICES = {"team": 3600.0, "business": 12000.0, "enterprise": 36000.0}
