"""What a page says when something went wrong: what it was, what is kept, what to do."""

from services.gateway.pages.backend import Json
from services.gateway.pages.words import Words, later

SERVER_ERRORS = 500
FAULTS = {
    401: (later("Нужен е вход"), later("Тази страница е само за хора с профил. Влезте и опитайте отново.")),
    403: (
        later("Това не е разрешено"),
        later("Страницата е стара или нямате право на това. Върнете се назад и опитайте отново."),
    ),
    404: (later("Няма такава страница"), later("Адресът е сгрешен или страницата не е за Вас.")),
    409: (
        later("В момента това не е възможно"),
        later("Междувременно нещо се е променило. Отворете страницата отново."),
    ),
    413: (later("Изпратеното е твърде голямо"), later("Съкратете текста и опитайте отново.")),
    422: (later("Нещо трябва да се поправи"), later("Изпратеното не се чете. Върнете се назад и опитайте отново.")),
    429: (later("Твърде много опити"), later("Изчакайте минута и опитайте отново. Написаното от Вас е запазено.")),
    500: (later("Нещо се обърка при нас"), later("Написаното от Вас е запазено. Опитайте отново след малко.")),
    503: (
        later("В момента не работи"),
        later("Част от системата не отговаря. Написаното от Вас е запазено. Опитайте отново след малко."),
    ),
}


def told(status: int, problem: Json, words: Words) -> dict[str, str]:
    """Tell a fault: heading, advice, and the code that finds it in the log. A fault of ours is told in our words."""
    heading, advice = FAULTS.get(status) or FAULTS[500 if status >= SERVER_ERRORS else 404]
    detail = str(problem.get("detail") or "") if status < SERVER_ERRORS else ""
    code = str(problem.get("instance") or "").rpartition(":")[2]
    return {"heading": words.say(heading), "said": detail or words.say(advice), "code": code}
