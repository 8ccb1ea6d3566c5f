"""The words that the demo's prompts are made of. Data only; what a prompt means is in `tasks`."""

OPENERS = (
    "Hello,", "Hi there,", "Good morning,", "Good evening,", "Dear team,", "To whom it may concern,", "Hey,",
    "Please help,", "Quick question,", "Urgent,", "Sorry to bother you,", "Second message,", "As discussed,",
    "Hi again,",
)  # fmt: skip
PROBLEMS = {
    "billing": (
        "I was charged twice for", "the invoice is wrong for", "my card was declined for",
        "the price is too high for",
        "I need a receipt for", "the tax is missing on the bill for", "I see an unknown charge for",
        "the discount is missing for",
    ),
    "login": (
        "I cannot sign in to", "my password is rejected by", "I am locked out of", "the code never arrives for",
        "I lost access to", "my account is blocked for", "I need a new password for", "two-factor login fails for",
    ),
    "shipping": (
        "the parcel is late with", "the tracking page is empty for", "the courier lost", "my address was wrong for",
        "nobody delivered", "the box arrived damaged with", "I want another delivery day for", "customs is holding",
    ),
    "refund": (
        "I want my money back for", "I would like to return", "please cancel and refund",
        "the refund is missing for",
        "I sent back", "I changed my mind about", "please take back", "I never got the refund for",
    ),
    "bug": (
        "there is an error message in", "the screen freezes in", "the page is blank in", "it crashes when I open",
        "the button does nothing in", "the export is broken in", "the numbers are wrong in",
        "the search finds nothing in",
    ),
    "feature": (
        "could you add dark mode to", "I would love an export in", "please support more languages in",
        "can we have reminders in",
        "it would be nice to have tags in", "please add a calendar to", "I miss keyboard shortcuts in",
        "could you add sharing to",
    ),
}  # fmt: skip
PRODUCTS = (
    "the planner", "the notebook", "the starter kit", "the desk lamp", "the mobile app", "the team plan",
    "the annual plan",
    "the headset", "the camera", "the editor", "the dashboard", "the printer", "the keyboard", "the course",
    "the backpack",
)  # fmt: skip
TAILS = (
    ".", ", thanks.", ", please advise.", ", it is pressing.", " since Monday.", " since last week.",
    ", as before.", ", again.",
)  # fmt: skip

THINGS = (
    "room", "breakfast", "service", "staff", "view", "pool", "wifi", "parking", "dinner", "bed", "shower",
    "location",
    "soup", "music", "garden", "price", "coffee", "terrace", "check-in", "lift",
)  # fmt: skip
DEGREES = (
    "really", "quite", "truly", "simply", "absolutely", "rather", "surprisingly", "always", "once more",
    "honestly",
)  # fmt: skip
GOOD = (
    "excellent", "lovely", "wonderful", "great", "perfect", "delightful", "superb", "charming", "pleasant",
    "fantastic",
    "splendid", "brilliant",
)  # fmt: skip
BAD = (
    "awful", "terrible", "dirty", "disappointing", "broken", "horrible", "poor", "dreadful", "unpleasant",
    "miserable",
    "shabby", "useless",
)  # fmt: skip
VISITS = (
    "We stayed two nights and", "On our trip", "For the price", "In the end", "To our mind", "After a long day",
    "As a family of four we say", "Compared with last year",
)  # fmt: skip

# First words tell the language apart; each tuple is one place in the sentence.
SENTENCES = {
    "English": (
        ("My sister", "The teacher", "Our neighbour", "The old man", "A friend", "The doctor"),
        ("buys", "sees", "brings", "finds", "wants", "sells"),
        ("a red bicycle", "the small table", "fresh bread", "two tickets", "a new coat", "the green book"),
        ("today", "on Sunday", "in the evening", "every week", "near the station", "after lunch"),
    ),
    "German": (
        ("Meine Schwester", "Der Lehrer", "Unser Nachbar", "Der alte Mann", "Ein Freund", "Die Frau"),
        ("kauft", "sieht", "bringt", "findet", "will", "verkauft"),
        ("ein rotes Rad", "den kleinen Tisch", "frisches Brot", "zwei Karten", "einen neuen Mantel", "das Buch"),
        ("heute", "am Sonntag", "am Abend", "jede Woche", "beim Bahnhof", "nach dem Essen"),
    ),
    "French": (
        ("Ma soeur", "Le professeur", "Notre voisin", "Le vieil homme", "Un ami", "La dame"),
        ("achète", "voit", "apporte", "trouve", "veut", "vend"),
        ("un vélo rouge", "la petite table", "du pain frais", "deux billets", "un manteau neuf", "le livre vert"),
        ("ce matin", "le dimanche", "dans la soirée", "chaque semaine", "près de la gare", "après le repas"),
    ),
    "Spanish": (
        ("Mi hermana", "El profesor", "Nuestro vecino", "El hombre viejo", "Una amiga", "El señor"),
        ("compra", "ve", "trae", "encuentra", "quiere", "vende"),
        (
            "una bicicleta roja",
            "la mesa pequeña",
            "pan fresco",
            "dos entradas",
            "un abrigo nuevo",
            "el libro verde",
        ),
        ("hoy", "los domingos", "por la tarde", "cada semana", "junto a la plaza", "después de comer"),
    ),
    "Italian": (
        ("Mia sorella", "Il maestro", "Il nostro vicino", "Il vecchio signore", "Un amico di Anna", "La signora"),
        ("compra", "vede", "porta", "trova", "vuole", "vende"),
        (
            "una bici rossa",
            "il tavolo piccolo",
            "pane fresco",
            "due biglietti",
            "un cappotto nuovo",
            "il libro verde",
        ),
        ("oggi", "la domenica", "di sera", "ogni settimana", "vicino alla piazza", "dopo pranzo"),
    ),
}

NAMES = (
    "Anna", "Peter", "Maria", "Lukas", "Clara", "Felix", "Nora", "Oscar", "Julia", "Simon", "Greta", "Martin",
    "Paula",
    "Victor", "Irene", "Hugo", "Lena", "Tobias", "Sofia", "Emil", "Rosa", "Konrad", "Marta", "Jonas", "Alice",
    "Edgar",
    "Helen", "Robert", "Diana", "Walter",
)  # fmt: skip
CITIES = (
    "Oslo", "Madrid", "Vienna", "Dublin", "Prague", "Lisbon", "Athens", "Berlin", "Warsaw", "Zurich", "Geneva",
    "Hamburg",
    "Munich", "Porto", "Turin", "Bergen", "Malmo", "Ghent", "Leipzig", "Seville", "Krakow", "Bristol",
    "Cardiff", "Leeds",
)  # fmt: skip
UNSEEN_NAMES = (
    "Thandiwe", "Kazimir", "Yevgenia", "Bartholomew", "Ngozi", "Zebulon", "Quirin", "Xanthe", "Ignatius",
    "Wilhelmina",
    "Obadiah", "Philippa", "Sigrid", "Thaddeus", "Ursula", "Vasilisa",
)  # fmt: skip
UNSEEN_CITIES = (
    "Ouagadougou", "Reykjavik", "Tashkent", "Montevideo", "Ljubljana", "Antananarivo", "Vladivostok", "Guadalajara",
    "Kathmandu", "Windhoek", "Tegucigalpa", "Yokohama",
)  # fmt: skip
STATEMENTS = (
    "{name} lives in {city}.", "{name} moved to {city} last year.", "My colleague {name} works in {city}.",
    "In {city} you can meet {name}.", "{name} will fly to {city} in May.", "The parcel for {name} went to {city}.",
    "{name} was born in {city}.", "Please call {name} at the office in {city}.", "{city} is the home of {name}.",
    "Next week {name} gives a talk in {city}.", "The contract was signed by {name} in {city}.",
    "A letter from {name} came from {city}.", "{name} opened a shop in {city}.",
    "Our guest {name} comes from {city}.",
)  # fmt: skip

WISHES = (
    "I need", "We are looking for", "Please find", "A customer asks for", "The list says", "Add",
    "Where are the",
)  # fmt: skip
UNITS = ("packs", "boxes", "bags", "pieces", "crates")
ITEMS = {
    **dict.fromkeys(("apples", "carrots", "onions", "lettuce", "pears", "grapes", "spinach", "lemons"), "produce"),
    **dict.fromkeys(
        (
            "rolls", "baguettes", "muffins", "rye bread", "croissants", "pretzels", "bagels", "toast",
        ),
        "bakery",
    ),
    **dict.fromkeys(("butter", "yoghurt", "cream", "cheddar", "milk", "mozzarella", "quark", "feta"), "dairy"),
    **dict.fromkeys(
        (
            "lemonade", "cola", "iced tea", "orange juice", "tonic", "mineral water", "cider", "beer",
        ),
        "drinks",
    ),
    **dict.fromkeys(
        (
            "sponges", "bleach", "candles", "foil", "napkins", "light bulbs", "matches", "detergent",
        ),
        "household",
    ),
}  # fmt: skip
# Came into the range after the model was trained: it has never seen them.
NEW_ITEMS = {
    **dict.fromkeys(("kohlrabi", "papayas", "fennel"), "produce"),
    **dict.fromkeys(("focaccia", "brioche", "naan"), "bakery"),
    **dict.fromkeys(("kefir", "ricotta", "skyr"), "dairy"),
    **dict.fromkeys(("kombucha", "espresso", "mead"), "drinks"),
    **dict.fromkeys(("dustpans", "clothes pegs", "bin liners"), "household"),
}  # fmt: skip

COUNTED = ("pens", "marbles", "stamps", "cards", "coins", "shells")
