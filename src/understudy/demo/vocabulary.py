"""The words that the demo's prompts are made of.

Data only: what a prompt asks, and what is true of it, is in `tasks`. Whoever changes a word here changes what the own
model should have been trained on, so `train` has to be run again.
"""


def _phrases(text: str) -> tuple[str, ...]:
    """Phrases, divided by bars."""
    return tuple(phrase.strip() for phrase in text.split("|"))


def _sorted_into(**groups: str) -> dict[str, str]:
    """Each phrase with the name of its group."""
    return {phrase: group for group, text in groups.items() for phrase in _phrases(text)}


# --- tickets ------------------------------------------------------------------------------------------------------

OPENERS = _phrases("""
    Hello, | Hi there, | Good morning, | Good evening, | Dear team, | To whom it may concern, | Hey, | Please help, |
    Quick question, | Urgent, | Sorry to bother you, | Second message, | As discussed, | Hi again,
""")
QUEUES = _sorted_into(
    billing="""
        I was charged twice for | the invoice is wrong for | my card was declined for | the price is too high for |
        I need a receipt for | the tax is missing on the bill for | I see an unknown charge for |
        the discount is missing for
    """,
    login="""
        I cannot sign in to | my password is rejected by | I am locked out of | the code never arrives for |
        I lost access to | my account is blocked for | I need a new password for | two-factor login fails for
    """,
    shipping="""
        the parcel is late with | the tracking page is empty for | the courier lost | my address was wrong for |
        nobody delivered | the box arrived damaged with | I want another delivery day for | customs is holding
    """,
    refund="""
        I want my money back for | I would like to return | please cancel and refund | the refund is missing for |
        I sent back | I changed my mind about | please take back | I never got the refund for
    """,
    bug="""
        there is an error message in | the screen freezes in | the page is blank in | it crashes when I open |
        the button does nothing in | the export is broken in | the numbers are wrong in | the search finds nothing in
    """,
    feature="""
        could you add dark mode to | I would love an export in | please support more languages in |
        can we have reminders in | it would be nice to have tags in | please add a calendar to |
        I miss keyboard shortcuts in | could you add sharing to
    """,
)
PRODUCTS = _phrases("""
    the planner | the notebook | the starter kit | the desk lamp | the mobile app | the team plan | the annual plan |
    the headset | the camera | the editor | the dashboard | the printer | the keyboard | the course | the backpack
""")
TAILS = (".", ", thanks.", ", please advise.", " since Monday.", " since last week.", ", as before.", ", again.")

# --- reviews ------------------------------------------------------------------------------------------------------

VISITS = _phrases("""
    We stayed two nights and | On our trip | For the price | In the end | To our mind | After a long day |
    As a family of four we say | Compared with last year
""")
THINGS = _phrases("""
    room | breakfast | service | staff | view | pool | wifi | parking | dinner | bed | shower | location | soup |
    music | garden | price | coffee | terrace | check-in | lift
""")
DEGREES = _phrases("""
    really | quite | truly | simply | absolutely | rather | surprisingly | always | once more | honestly
""")
QUALITIES = _sorted_into(
    positive="""
        excellent | lovely | wonderful | great | perfect | delightful | superb | charming | pleasant | fantastic |
        splendid | brilliant
    """,
    negative="""
        awful | terrible | dirty | disappointing | broken | horrible | poor | dreadful | unpleasant | miserable |
        shabby | useless
    """,
)

# --- languages: each tuple is one place in the sentence, and the first one tells the languages apart ---------------

SENTENCES = {
    "English": (
        _phrases("My sister | The teacher | Our neighbour | The old man | A friend | The doctor | Her son | The baker"),
        _phrases("buys | sees | brings | finds | wants | sells | needs | paints"),
        _phrases("""
            a red bicycle | the small table | fresh bread | two tickets | a new coat | the green book | an old clock |
            the long rope
        """),
        _phrases("""
            today | on Sunday | in the evening | every week | near the station | after lunch | at home | with pleasure
        """),
    ),
    "German": (
        _phrases("""
            Meine Schwester | Der Lehrer | Unser Nachbar | Der alte Mann | Ein Freund | Die Frau | Ihr Sohn |
            Der Bäcker
        """),
        _phrases("kauft | sieht | bringt | findet | will | verkauft | braucht | malt"),
        _phrases("""
            ein rotes Rad | den kleinen Tisch | frisches Brot | zwei Karten | einen neuen Mantel | das grüne Buch |
            eine alte Uhr | das lange Seil
        """),
        _phrases("""
            heute | am Sonntag | am Abend | jede Woche | beim Bahnhof | nach dem Essen | zu Hause | mit Freude
        """),
    ),
    "French": (
        _phrases("""
            Ma soeur | Le professeur | Notre voisin | Le vieil homme | Un ami | La dame | Son fils | Le boulanger
        """),
        _phrases("achète | voit | apporte | trouve | veut | vend | cherche | peint"),
        _phrases("""
            un vélo rouge | la petite table | du pain frais | deux billets | un manteau neuf | le livre vert |
            une vieille montre | la longue corde
        """),
        _phrases("""
            ce matin | le dimanche | dans la soirée | chaque semaine | près de la gare | après le repas | chez nous |
            avec plaisir
        """),
    ),
    "Spanish": (
        _phrases("""
            Mi hermana | El profesor | Nuestro vecino | El hombre viejo | Una amiga | El señor | Su hijo |
            El panadero
        """),
        _phrases("compra | ve | trae | encuentra | quiere | vende | necesita | pinta"),
        _phrases("""
            una bicicleta roja | la mesa pequeña | pan fresco | dos entradas | un abrigo nuevo | el libro verde |
            un reloj antiguo | la cuerda larga
        """),
        _phrases("""
            hoy | los domingos | por la tarde | cada semana | junto a la plaza | después de comer | en casa |
            con gusto
        """),
    ),
    "Italian": (
        _phrases("""
            Mia sorella | Il maestro | Il nostro vicino | Il vecchio signore | Un amico di Anna | La signora |
            Suo figlio | Il fornaio
        """),
        _phrases("compra | vede | porta | trova | vuole | vende | cerca | dipinge"),
        _phrases("""
            una bici rossa | il tavolo piccolo | pane fresco | due biglietti | un cappotto nuovo | il libro verde |
            un vecchio orologio | la corda lunga
        """),
        _phrases("""
            oggi | la domenica | di sera | ogni settimana | vicino alla piazza | dopo pranzo | a casa | con piacere
        """),
    ),
}

# --- people and places: those that the model is trained on, and those that it never sees before it is played --------

NAMES = _phrases("""
    Anna | Peter | Maria | Lukas | Clara | Felix | Nora | Oscar | Julia | Simon | Greta | Martin | Paula | Victor |
    Irene | Hugo | Lena | Tobias | Sofia | Emil | Rosa | Konrad | Marta | Jonas | Alice | Edgar | Helen | Robert |
    Diana | Walter | Carla | Dario | Elena | Frank | Ingrid | Leon
""")
CITIES = _phrases("""
    Oslo | Madrid | Vienna | Dublin | Prague | Lisbon | Athens | Berlin | Warsaw | Zurich | Geneva | Hamburg | Munich |
    Porto | Turin | Bergen | Malmo | Ghent | Leipzig | Seville | Krakow | Bristol | Cardiff | Leeds | Milan | Paris |
    Riga | Basel | Nantes | Verona
""")
UNSEEN_NAMES = _phrases("""
    Thandiwe | Kazimir | Yevgenia | Bartholomew | Ngozi | Zebulon | Quirin | Xanthe | Ignatius | Wilhelmina | Obadiah |
    Philippa | Sigrid | Thaddeus | Ursula | Vasilisa | Chidinma | Dragomir | Eulalia | Fionnuala | Gwendolyn |
    Hyacinth | Jedediah | Lysander | Mbali | Octavian | Perpetua | Rosamund
""")
UNSEEN_CITIES = _phrases("""
    Ouagadougou | Reykjavik | Tashkent | Montevideo | Ljubljana | Antananarivo | Vladivostok | Guadalajara | Kathmandu |
    Windhoek | Tegucigalpa | Yokohama | Bujumbura | Chisinau | Dushanbe | Faisalabad | Gaborone |
    Hyderabad | Irkutsk | Jakarta | Kinshasa | Lusaka | Maputo
""")
STATEMENTS = _phrases("""
    {name} lives in {city}. | {name} moved to {city} last year. | My colleague {name} works in {city}. |
    In {city} you can meet {name}. | {name} will fly to {city} in May. | The parcel for {name} went to {city}. |
    {name} was born in {city}. | Please call {name} at the office in {city}. | {city} is the home of {name}. |
    Next week {name} gives a talk in {city}. | The contract was signed by {name} in {city}. |
    A letter from {name} came from {city}. | {name} opened a shop in {city}. | Our guest {name} comes from {city}. |
    The train to {city} was missed by {name}. | We saw {name} on the market of {city}.
""")

# --- groceries ----------------------------------------------------------------------------------------------------

WISHES = _phrases("""
    I need | We are looking for | Please find | A customer asks for | The list says | Add | Where are the
""")
UNITS = _phrases("packs | boxes | bags | pieces | crates")
ITEMS = _sorted_into(
    produce="apples | carrots | onions | lettuce | pears | grapes | spinach | lemons",
    bakery="rolls | baguettes | muffins | rye bread | croissants | pretzels | bagels | toast",
    dairy="butter | yoghurt | cream | cheddar | milk | mozzarella | quark | feta",
    drinks="lemonade | cola | iced tea | orange juice | tonic | mineral water | cider | beer",
    household="sponges | bleach | candles | foil | napkins | light bulbs | matches | detergent",
)
# Came into the range after the model was trained: it has never seen them.
NEW_ITEMS = _sorted_into(
    produce="kohlrabi | papayas | fennel | radishes | mangoes | leeks",
    bakery="focaccia | brioche | naan | scones | crumpets | pita",
    dairy="kefir | ricotta | skyr | ghee | halloumi | buttermilk",
    drinks="kombucha | espresso | mead | ginger ale | oolong | cordial",
    household="dustpans | clothes pegs | bin liners | mops | string | shoe polish",
)

# --- word problems ------------------------------------------------------------------------------------------------

COUNTED = _phrases("pens | marbles | stamps | cards | coins | shells")
