"""Common words to make texts of. Random order keeps two texts from looking like copies."""

from __future__ import annotations

_EN = """
the city council and its partners opened a new station for passengers who travel between small
towns every morning while engineers tested water pumps near the river before winter arrives local
teachers asked parents to bring books from home because libraries need more space this year a
farmer said that prices of wheat had changed after rain damaged several fields in northern
districts doctors invited older people to visit clinics during spring museum staff found old maps
under wooden floor builders will finish bridge works when steel comes by train musicians played
songs at market square volunteers planted young trees along roads with help of students
"""
_FR = """
la ville et ses partenaires ont ouvert une nouvelle gare pour les voyageurs qui traversent chaque
matin de petites communes tandis que des ingénieurs vérifiaient les pompes près du fleuve avant
l'hiver les professeurs demandent aux parents d'apporter des livres parce que la bibliothèque
manque encore de place cette année un agriculteur explique que le prix du blé a changé après la
pluie dans plusieurs champs du nord les médecins invitent les personnes âgées à venir au
printemps le musée a retrouvé d'anciennes cartes sous un plancher en bois les ouvriers achèveront
bientôt leurs travaux lorsque l'acier arrivera par train musiciens chantaient sur place marché
"""
_RU = """
городской совет и его партнёры открыли новую станцию для пассажиров которые каждое утро едут
между небольшими посёлками пока инженеры проверяют насосы у реки перед зимой местные учителя
просят родителей принести книги из дома потому что библиотеке нужно больше места в этом году
фермер рассказал что цены на пшеницу изменились после дождей на нескольких полях северных районов
врачи приглашают пожилых людей прийти весной сотрудники музея нашли старые карты под деревянным
полом строители закончат работы когда сталь привезут поездом музыканты играли песни на площади
добровольцы посадили молодые деревья вдоль дорог вместе со студентами
"""
_KK = """
қалалық кеңес пен оның серіктестері жолаушылар үшін жаңа бекет ашты олар күн сайын таңертең шағын
ауылдар арасында жүреді инженерлер қысқа дейін өзен жанындағы сорғыларды тексеріп жатыр
жергілікті мұғалімдер ата-аналардан үйден кітап әкелуді сұрады өйткені кітапханаға биыл көбірек
орын қажет шаруа бидай бағасы жаңбырдан кейін өзгергенін айтты солтүстік аудандардағы бірнеше
егістік зардап шекті дәрігерлер қарт кісілерді көктемде емханаға шақырады мұражай қызметкерлері
ағаш еденнің астынан ескі карталар тапты құрылысшылар болат пойызбен келгенде жұмысты аяқтайды
әншілер алаңда ән айтты еріктілер студенттермен бірге жол бойына жас көшеттер отырғызды
"""

WORDS = {
    code: tuple(dict.fromkeys(text.split()))
    for code, text in (("en", _EN), ("fr", _FR), ("ru", _RU), ("kk", _KK))
}
SECTIONS = {"en": "Region", "fr": "Région", "ru": "Регион", "kk": "Өңір"}
