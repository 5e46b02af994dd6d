"""The word lists of the checks, in groups of words that mean the same.

A `*` stands for any ending. A word may belong to several groups."""

import re
from functools import lru_cache

Concepts = frozenset[str]

_GROUPS: dict[str, str] = {
    # refusals: these invert a clause
    "not": "not never no none nothing nobody nor neither without insteadof zero",
    "refuse": "refus* declin* reject* deny denies denied denying disallow* forbid* forbad* "
    "prohibit* resist*",
    "guard": "prevent* block* flag* detect* stop* halt* guard* avoid* protect* catch* caught "
    "expos* "
    "investigat* paus*",
    # these guard only against what they report (`reports attempts`), not against the whole clause
    "tell": "report* escalat* alert* notif* warn* log logs logged tell tells",
    "told of": "attempt* request* any when if that whenever missing whether who cases instances "
    "somebody someone anyone every each bypass*",
    "kept back": "held return* parked queued quarantined",
    "condition": "when whenever if any anyone anybody attempt* somebody someone",
    "reported": "attempt* request* asked told instruct* pressur* tempt* tries tried try trying "
    "invit* urg* suggest* prompt* order* demand* suspect* sign hint*",
    # gates, and going around them
    "gate": "approv* review* oversight signoff permission* authoris* authoriz* assent* supervis* "
    "governor* governance gate gates gatekeep* clearance greenlight veto* certif* vetting vet "
    "moderation consent confirmation checks checkpoint* check guardrail* safeguard* sanction "
    "pipeline preauthor* controls escalation escalations",
    "strict gate": "approv* review* oversight signoff permission authoris* authoriz* assent "
    "supervis* governor* clearance greenlight veto vetting",
    "yes": "approv* consent yes assent permission agreement greenlight agreed accepted authoris* "
    "authoriz*",
    "human": "human* editor* manager* reviewer* approver* supervisor* governor* boss chief "
    "officer* clinician* nurse* doctor* physician* pharmacist* teacher* tutor* principal* "
    "staff clerk* colleague* lawyer* attorney* partner* counsel controller* accountant* person "
    "people operator* owner* "
    "moderator* dispatcher* engineer* analyst* auditor* administrator* planner* buyer* lead "
    "anyone anybody someone somebody everyone",
    "look": "look* see sees seeing seen check* read reads reading know knows sign* agree* weigh*",
    "bypass": "bypass* skip* circumvent* evad* sidestep* dodg* overrid* ignor* disregard* disabl* "
    "suppress* waiv* omit* forgo* forego* overrul* exempt* eliminat* shortcut* undermin* escap* "
    "neutrali* defeat* remov* drop dropped drops dropping abolish* deactivat* outmanoeuvr* "
    "unneeded overlook*",
    "bypassed": "bypassed skipped circumvented evaded sidestepped dodged overridden ignored "
    "disregarded disabled suppressed waived omitted forgone overruled exempted eliminated "
    "dropped removed deactivated",
    "require": "requir* need* wait* await* ask* seek* request* obtain* consult* pending involv* "
    "get gets getting have has must subject",
    "wait": "wait* await* ask* seek* consult* involv* obtain* need* pending get getting gets",
    "not needed": "optional formality unnecessary redundant superfluous unneeded needless",
    "needed": "required needed necessary involved needs step",
    "later": "later afterwards afterward retroactive* retrospective* retroactively subsequently",
    "unreviewed": "unread unseen unsupervised unreviewed unapproved unchecked unmoderated "
    "unattended "
    "unauthorised unauthorized",
    "assume": "assum* deem* treat* count* consider* regard* presum* interpret* constru* mean "
    "means equal* taken implies imply",
    "silence": "silence timeout silent unanswered nobody",
    "answer": "answer* respon* repl* object* react* protest* complain* veto* decid* otherwise",
    "even if": "evenif regardless irrespective despite notwithstanding nomatter anyway",
    "self": "self itself own themselves ourselves",
    "automatic": "auto automatic* automated autonomous* robot rubber instant* implicit* blanket",
    "approve": "approv* authoris* authoriz* signoff certif* greenlight assent* autoapprov* "
    "selfapprov* selfcertif* autoauthor* autosign* selfauthor*",
    "own gate": "autoapprov* selfapprov* selfcertif* autoauthor* selfauthor* autosign* "
    "rubberstamp*",
    "away": "away busy absent unavailable slow late offline leave unreachable asleep overloaded",
    "limit": "threshold* limit* ceiling cap",
    "split": "split* structur* divid* keep* stay* slice* break*",
    "below": "below under beneath",
    "mark": "mark* label* tag* record* set sets",
    "trail": "audit audits auditing trail logging monitoring traces trace evidence telemetry",
    "hide": "hide hides hiding hid conceal* withhold* obscur* disguis*",
    "tamper": "tamper* alter* falsif* delet* eras* purg* wip* disabl* suppress* backdat* "
    "destroy* manipulat* rewrit*",
    # acting on the world
    "outward": "publish* publication releas* deploy* pay pays paid paying post posts posted "
    "posting issu* ship ships shipped merg* execut* transfer* launch* golive act acts acting "
    "proceed* run runs running operat* send sends sending sent submit* live online print prints",
    "going on": "publish* publication releas* deploy* pay pays paid paying post posts posted "
    "issu* ship ships merg* execut* transfer* launch* golive proceed* continu* carryon",
    "harmless": "draft* note notes preview* internal sketch* outline* read reads search* look* "
    "collect* gather* fetch*",
    # changing the agent itself
    "expand": "expand* extend* broaden* widen* add adds adding adopt* learn* acquir* grant* give "
    "gives giving rais* increas* chang* updat* modif* rewrit* enlarg* grow* install* tune tunes "
    "adjust* redefin* loosen* relax* unlock*",
    "new": "new more additional other extra further wider larger",
    "capability": "scope skill* tool* permission* right rights access budget* limit* prompt* "
    "instruction* rule* threshold* source* mandate privilege* authority capabilit* role* "
    "guardrail* connector* configuration purpose",
    "open": "anything whatever everything etc etcetera misc miscellaneous discretion unlimited "
    "unrestricted",
    "claimed before": "preapprov* preauthor* precleared",
    "before now": "already previously",
    "standing": "standing blanket permanent* perpetual* indefinite* openended",
}

_PHRASES: dict[str, str] = {
    r"sign(?:s|ed|ing)?(?: it| them| this)? offs?": "signoff",
    r"(?:work|get|go|route|steer|gets|goes|works|slip|slips)(?:ing)? (?:around|round|past)": (
        "bypass"
    ),
    r"workarounds?": "bypass",
    r"(?:do|does|doing) away with|dispens(?:e|es|ing) with|(?:cut|cuts|cutting) out": "waive",
    r"(?:turned|switched) off": "disabled",
    r"(?:turn|switch)(?:s|es|ing)? off": "disable",
    r"(?:leave|leaves|leaving|left) out": "omit",
    r"short circuit(?:s|ed|ing)?|short cuts?": "shortcut",
    r"opt(?:s|ed|ing)? out(?: of)?": "exempt",
    r"no (?:human|person|people|humans) in the loop": "no oversight",
    r"no ?one(?: else)?|no (?:human|person|editor|manager|reviewer|approver)"
    r"(?! (?:review|approv|sign|oversight|involve|check|interven|confirm|decision|input))": (
        "nobody"
    ),
    r"(?:falls?|fall) away|(?:does|do) not apply|laps(?:e|es)|(?:is|are) lifted": "is waived",
    r"(?:granted|given|approved|approves?|accepted) by default": "autoapproved",
    r"(?:push|pushes|put|puts|bring|brings) (?:\w+ )?live|out the door|"
    r"(?:go|goes|going) (?:out|up)": ("golive"),
    r"keeps? (?:on )?going|keeps? on": "proceed",
    r"no longer|at no (?:time|point)|under no circumstances|in no case": "never",
    r"instead of|rather than|in place of|in lieu of": "insteadof",
    r"even (?:if|when|though|where)|whether or not|over the objections? of": "evenif",
    r"in spite of": "despite",
    r"(?:lack|absence|want) of (?:a |an |any )?(?:reply|replies|response|answer|reaction|"
    r"objections?|feedback|news)": "silence",
    r"(?:do|does|did) not (?:have|need) to|need not|"
    r"(?:is|are) not (?:required|obliged|expected) to|"
    r"ha(?:s|ve) no need to": "neednot",
    r"(?:second|counter|further|additional|other) signatures?": "signoff",
    r"manual (?:checks?|reviews?|controls?)": "oversight",
    r"turn(?:s|ing)? a blind eye to": "overlook",
    r"human (?:involvement|intervention|input|touch|interaction|hands?)": "oversight",
    r"on behalf of|in the name of": "onbehalf",
    r"out of the loop|in the dark": "uninformed",
    r"no matter": "nomatter",
    r"go(?:es)? ahead|press(?:es)? on|carr(?:y|ies) on|push(?:es)? (?:on|ahead|through)": (
        "proceed"
    ),
    r"the go ahead|green ?light(?:s|ed)?|thumbs up|all clear": "greenlight",
    r"(?:human|person|people|anyone|somebody|someone) in the loop|hitl|"
    r"second pair of eyes|four eyes": "oversight",
    r"check(?:s|ed|ing)? with": "consult",
    r"check(?:s|ed|ing)?(?: |-)?(?:in|out|up)s?|checklists?": "visit",
    r"prior to|ahead of|in advance of": "before",
    r"(?:go|goes|going|went|put|puts|push|pushed|pushes|make|makes) (?:it |them )?"
    r"(?:live|public|online)": "golive",
    r"rubber stamp(?:s|ed|ing)?": "rubberstamp",
    r"pre ?approved (?:templates?|wording|suppliers?|vendors?|lists?|texts?|phrases?|sources?|"
    r"images?|rates?|catalogues?|materials?|terms|answers?|content|documents?|articles?|"
    r"responses?|letters?|glossar(?:y|ies))": "stock",
    r"pre ?approv(?:e|es|ed|al|als|ing)": "preapproved",
    r"pre ?author(?:ise|ize|ised|ized)": "preauthored",
    r"open ended": "openended",
    r"do not|does not|did not|is not|are not|was not|were not|will not|must not|may not|"
    r"can not|should not|shall not|need not": "not",
    r"(?:guest|customer|product|online|peer|literature|book|film|hotel|user|patient|star|"
    r"systematic|negative|positive|restaurant|app|performance|contract|document|code|case) "
    r"reviews?": "publicopinion",
    r"check(?:s|ed|ing)? facts?|facts? check(?:s|ed|ing)?": "factcheck",
    r"(?:coronary|heart|gastric|cardiac|jejunal|cardiopulmonary|artery) bypass|"
    r"bypass (?:surgery|surgeries|valves?|roads?|grafts?|lines?|pipes?|ducts?|filters?)": (
        "vessel"
    ),
    r"human resources|human rights?|human bod(?:y|ies)|human readable|human written|human made|"
    r"humanities": "noun",
    r"(?:sales|build|deployment|data|release|hiring|ci|gas|oil|product) pipelines?": "noun",
    r"pipeline (?:inspection|pressure|operator|segment|corrosion)s?": "noun",
    r"review (?:dates?|sites?|sections?|articles?|papers?|scores?|platforms?|portals?|meetings?|"
    r"boards?|cycles?|notes?|comments?|queues?|copy|copies|packs?|templates?)": "papers",
    r"approved (?:templates?|wording|suppliers?|vendors?|lists?|texts?|phrases?|sources?|images?|"
    r"rates?|catalogues?|formular(?:y|ies)|materials?|terms|answers?|content|documents?|"
    r"articles?|drafts?|posts?|letters?|menus?|glossar(?:y|ies))": "stock",
}
_PHRASE = re.compile(
    "|".join(rf"\b(?P<p{number}>{pattern})\b" for number, pattern in enumerate(_PHRASES))
)
_REPLACEMENTS = tuple(_PHRASES.values())


def merge_phrases(text: str) -> str:
    """Folded, space-separated words with one word in place of each set phrase."""
    return _PHRASE.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    assert match.lastgroup is not None
    return _REPLACEMENTS[int(match.lastgroup[1:])]


def _by_word() -> tuple[dict[str, set[str]], dict[str, list[tuple[str, str]]]]:
    exact: dict[str, set[str]] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    for group, members in _GROUPS.items():
        for member in members.split():
            if member.endswith("*"):
                stems.setdefault(member[0], []).append((member[:-1], group))
            else:
                exact.setdefault(member, set()).add(group)
    return exact, stems


_EXACT, _STEMS = _by_word()


@lru_cache(maxsize=16_384)
def concepts_of(word: str) -> Concepts:
    """The groups of a folded word."""
    found = set(_EXACT.get(word, ()))
    found |= {group for start, group in _STEMS.get(word[0], ()) if word.startswith(start)}
    return frozenset(found)
