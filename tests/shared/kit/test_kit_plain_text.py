"""Text that people are shown reads as it is, in any language, and checking it takes little time."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import Invalid
from shared.kit.plain_text import oddity, refuse_odd_text

HONEST = [
    "clinic café, 12 °C – “quoted” text…",
    "Übersicht der Öffnungszeiten, yıl sonu, Łódź, Tiếng Việt",
    "e\u0301te\u0301",
    "TNFα and IFNγ levels, 5 μm, 3 µg, λmax, Δt, Ωm, βcatenin, x ∈ ℝ, a ≠ b, a =\u0338 b",
    "10⁻³ m², CO₂, 1½, 2nd², 1ª y 2º, 21 ℃, № 5, Foo™, § 3 ¶, €5 £3 ₹9 ₨9",
    "① first ② second, ⑴ third, 第①項, 10㎏以上, 第Ⅱ章, ㈱山田",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "👩‍⚕️ on call 👨‍👩‍👧‍👦 🇫🇷 🇫🇷🇩🇪 1️⃣ #️⃣ 1⃣ ❤️ ℹ️ 🏳️‍🌈 👩🏽‍🚀 ↔️ ‼️ ©️ Ⓜ️ 🅿️ 🏴‍☠️",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f fully Scottish",
    "\U0001fae8\U0001fa89",  # an emoji of Unicode 15, one of Unicode 16
    "def pay():\n    if due:\n\n\n\n" + " " * 80 + "return 1" + "\n" + "\t" * 20 + "x",
    "| name " + " " * 60 + "| amount |\r\n\r\n\r\n\r\n| x | y |",
    "tabs\tand\r\nlines",
    "",
]
# A sentence about paying or asking in each.
LANGUAGES = {
    "Albanian": "Ju lutem miratoni pagesën përpara së premtes.",
    "Amharic": "እባክዎ ክፍያውን ከዓርብ በፊት ያጽድቁ። ፲፪ ብር",
    "Arabic": "يُرْجَى الْمُوَافَقَةُ عَلَى الدَّفْعِ قَبْلَ ٢٠ مايو، واستخدام الـ API",
    "Armenian": "Խնդրում եմ հաստատել վճարումը մինչև ուրբաթ։",
    "Azerbaijani": "Zəhmət olmasa ödənişi cümə gününə qədər təsdiqləyin.",
    "Bengali": "অনুগ্রহ করে শুক্রবারের আগে অর্থপ্রদান অনুমোদন করুন। ক্ষ্ম ড়",
    "Burmese": "ကျေးဇူးပြု၍ သောကြာနေ့မတိုင်မီ ငွေပေးချေမှုကို အတည်ပြုပါ။ မြွှေး AIစနစ်",
    "Cherokee": "ᎣᏏᏲ ᏙᎯᏧ",
    "Chinese": "请在周五之前批准付款（约￥3,000），使用AI系统。",
    "Croatian": "Molimo odobrite plaćanje prije petka, đački džep.",
    "Czech": "Prosím schvalte platbu před pátkem, příliš žluťoučký kůň.",
    "Esperanto": "Bonvolu aprobi la pagon ĝis vendredo, ĉiuĵaŭde.",
    "Ewe": "Taflatsɛ da asi ɖe fexexe dzi ŋkeke ƒe ŋɔli",
    "French": "Veuillez approuver le paiement avant vendredi : « œuvre », l’été.",
    "Georgian": "გთხოვთ დაამტკიცოთ გადახდა პარასკევამდე.",
    "German": "Bitte geben Sie die Zahlung bis Freitag frei, Straße, GROẞ.",
    "Greek": "Παρακαλώ εγκρίνετε την πληρωμή έως την Παρασκευή. Ἐν ἀρχῇ ἦν",
    "Gujarati": "કૃપા કરીને શુક્રવાર પહેલાં ચુકવણી મંજૂર કરો.",
    "Hausa": "Don Allah a amince da biyan kuɗi kafin Jumma'a, ƙasa, ɓera.",
    "Hawaiian": "E ʻae i ka uku ma mua o ka Pōʻalima.",
    "Hebrew": "נָא לְאַשֵּׁר אֶת הַתַּשְׁלוּם לִפְנֵי יוֹם שִׁשִּׁי, בְּרֵאשִׁ֖ית, צה״ל",
    "Hindi": "कृपया शुक्रवार से पहले भुगतान स्वीकृत करें, क्‍ष, क़लम, २० रुपये।",
    "Hungarian": "Kérjük, hagyja jóvá a fizetést péntekig: őrült űr.",
    "Icelandic": "Vinsamlegast samþykkið greiðsluna fyrir föstudag, það æði.",
    "Inuktitut": "ᐃᓄᒃᑎᑐᑦ ᐅᖃᐅᓯᖅ",
    "Japanese": "金曜日までに承認してください。APIを「使う」ｶﾀｶﾅ、パーティー、人々、葛󠄀城",
    "Kannada": "ದಯವಿಟ್ಟು ಶುಕ್ರವಾರದ ಮೊದಲು ಪಾವತಿಯನ್ನು ಅನುಮೋದಿಸಿ. ರ‍್ಯಾಂಕ್",
    "Khmer": "សូម\u200bអនុម័ត\u200bការ\u200bបង់\u200bប្រាក់ មុន\u200bថ្ងៃ\u200bសុក្រ។",
    "Korean": "금요일까지 결제를 승인해 주세요. API를 사용합니다 ㅋㅋ",
    "Korean, decomposed": unicodedata.normalize("NFD", "금요일까지 결제를 승인해"),
    "Lao": "ກະລຸນາອະນຸມັດການຈ່າຍເງິນກ່ອນວັນສຸກ ນໍ້າ ຈຳ",
    "Latvian": "Lūdzu, apstipriniet maksājumu līdz piektdienai, ķēve, ņem.",
    "Malayalam": "വെള്ളിയാഴ്ചയ്ക്ക് മുമ്പ് പണമടയ്ക്കൽ അംഗീകരിക്കുക. അവന്‍",
    "Maltese": "Jekk jogħġbok approva l-ħlas qabel il-Ġimgħa, ċavetta.",
    "Marathi": "कृपया शुक्रवारपूर्वी देयक मंजूर करा, तऱ्हा, दर्‍या.",
    "Mongolian": "Баасан гарагаас өмнө төлбөрийг зөвшөөрнө үү.",
    "Nepali": "कृपया शुक्रबार अघि भुक्तानी स्वीकृत गर्नुहोस्, गर्‍यो।",
    "Odia": "ଦୟାକରି ଶୁକ୍ରବାର ପୂର୍ବରୁ ଦେୟ ଅନୁମୋଦନ କରନ୍ତୁ।",
    "Pashto": "مهرباني وکړئ د جمعې مخکې تادیه تصویب کړئ، ښه، ځای، ۲۰",
    "Persian": "لطفاً پرداخت را پیش از جمعه تأیید کنید؛ می‌خواهم، خانه‌ها، کتاب‌های ۱۲۳",
    "Polish": "Proszę zatwierdzić płatność przed piątkiem, zażółć gęślą jaźń.",
    "Portuguese": "Aprove o pagamento até à sexta-feira, por favor: ação, 1.ª via.",
    "Punjabi": "ਕਿਰਪਾ ਕਰਕੇ ਸ਼ੁੱਕਰਵਾਰ ਤੋਂ ਪਹਿਲਾਂ ਭੁਗਤਾਨ ਮਨਜ਼ੂਰ ਕਰੋ।",
    "Romanian": "Vă rugăm să aprobați plata până vineri, știință, țară.",
    "Russian": "Пожалуйста, одобрите платёж до пятницы: SMS-сообщение, 5-й этаж, ударе́ние.",
    "Serbian": "Молимо вас да одобрите плаћање до петка, љубав, џеп.",
    "Sinhala": "කරුණාකර සිකුරාදාට පෙර ගෙවීම අනුමත කරන්න. ශ්‍රී ලංකා",
    "Spanish": "Apruebe el pago antes del viernes: ¿mañana? ¡sí!, pingüino.",
    "Swahili": "Tafadhali idhinisha malipo kabla ya Ijumaa, ng'ombe.",
    "Syriac": "ܫܠܡܐ ܥܠܡܐ",
    "Tamil": "வெள்ளிக்கிழமைக்கு முன் கட்டணத்தை அங்கீகரிக்கவும், க்ஷ ஸ்ரீ.",
    "Telugu": "దయచేసి శుక్రవారం లోపు చెల్లింపును ఆమోదించండి.",
    "Thai": "โปรดอนุมัติการชำระเงินก่อนวันศุกร์ น้ำ ที่นี่ ระบบAIของเรา ๑๒๓",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས། བསྒྲུབས",
    "Turkish": "Lütfen ödemeyi cumadan önce onaylayın: ışık, İstanbul'da, ağaç.",
    "Ukrainian": "Будь ласка, схваліть платіж до п'ятниці, їжак, ґава.",
    "Urdu": "براہ کرم جمعہ سے پہلے ادائیگی کی منظوری دیں، ﷺ، ۴۵۶",
    "Uyghur": "جۈمەدىن بۇرۇن تۆلەمنى تەستىقلاڭ",
    "Vietnamese": "Vui lòng phê duyệt khoản thanh toán trước thứ Sáu, đường.",
    "Vietnamese, decomposed": unicodedata.normalize("NFD", "thứ Sáu, đường, khoản phê duyệt"),
    "Welsh": "Cymeradwywch y taliad cyn dydd Gwener, tŷ, dŵr.",
    "Yoruba": unicodedata.normalize("NFD", "Ẹ jọ̀wọ́ fọwọ́sí ìsanwó náà ṣáájú ọjọ́ Ẹtì"),
    "Yiddish": "ביטע באַשטעטיקט דעם צאָלונג פֿאַר פֿרײַטיק",
}
ODD = {
    "a direction override": ("x\u202ey", "U+202E (RIGHT-TO-LEFT OVERRIDE)", 1),
    "a direction isolate": ("x\u2066y", "U+2066", 1),
    "a direction mark": ("\u200fx", "U+200F", 0),
    "a zero-width space": ("by\u200bpass", "U+200B", 2),
    "a zero-width space after Thai": ("ไทย\u200b x", "U+200B", 3),
    "a joiner between Latin letters": ("by\u200dpass", "U+200D", 2),
    "a joiner between Cyrillic letters": ("а\u200dб", "U+200D", 1),
    "a joiner between letters of Devanagari": ("क\u200dम", "U+200D", 1),
    "a joiner after an emoji": ("👩\u200dx", "U+200D", 1),
    "a joiner between arrows": ("→\u200d→", "U+200D", 1),
    "a non-joiner": ("a\u200cb", "U+200C", 1),
    "a non-joiner after a Persian word": ("خانه\u200c x", "U+200C", 4),
    "two non-joiners": ("می\u200c\u200cخواهم", "U+200C", 2),
    "a soft hyphen": ("so\u00adft", "U+00AD", 2),
    "a byte order mark": ("x\ufeff", "U+FEFF", 1),
    "a tag character": ("🏴\U000e0067", "U+E0067", 1),
    "a variation selector after a letter": ("x\ufe0f", "U+FE0F", 1),
    "a variation selector after a digit": ("1\ufe0f0", "U+FE0F", 1),
    "a variation selector after a sign": ("€\ufe0f", "U+FE0F", 1),
    "two variation selectors": ("❤\ufe0f\ufe0f", "U+FE0F", 2),
    "an ideographic variation of no ideograph": ("x\U000e0100", "U+E0100", 1),
    "a Mongolian selector": ("a\u180b", "U+180B", 1),
    "a keycap on a letter": ("p\u20e3", "U+20E3", 1),
    "a blank letter": ("x\u3164", "U+3164", 1),
    "a blank braille pattern": ("\u2800", "U+2800", 0),
    "a blank note": ("\U0001d159", "U+1D159", 0),
    "an invisible mark": ("a\u034f", "U+034F", 1),
    "a private character": ("x\ue000", "U+E000", 1),
    "an unassigned character": ("x\U000e1234", "U+E1234", 1),
    "a line separator": ("x\u2028y", "U+2028", 1),
    "a NUL": ("x\x00", "U+0000", 1),
    "an escape": ("\x1b[1A", "U+001B", 0),
    "a lone surrogate": ("\ud800", "U+D800", 0),
    "stacked marks": ("x" + "\u0301\u0302" * 5, "U+0301", 5),
    "one mark twice": ("x\u0301\u0301", "U+0301", 2),
    "a tower of Thai vowels": ("ก" + "\u0e34" * 3, "U+0E34", 2),
    "a mark on nothing": ("x \u0301", "U+0301", 2),
    "a stroke over a letter": ("p\u0336ay", "U+0336", 1),
    "a slash over a letter": ("p\u0338ay", "U+0338", 1),
    "a circle around a letter": ("p\u20dday", "U+20DD", 1),
    "a ban around a letter": ("p\u20e0ay", "U+20E0", 1),
    "Cyrillic millions": ("а\u0489", "U+0489", 1),
    "a Cyrillic letter in a Latin word": ("cl\u0456nic", "U+0456", 2),
    "a Cyrillic letter after a digit": ("p4\u0443", "U+0443", 2),
    "a Cyrillic letter after an apostrophe": ("d'\u0430", "U+0430", 2),
    "a Latin letter in a Cyrillic word": ("врaч", "U+0432", 0),
    "a Mongolian selector after an Arabic letter": ("\u0628\u180b", "U+180B", 1),
    "a joiner between letters that join anyway": ("\u0645\u200d\u0645", "U+200D", 1),
    "a variation that no font has": ("\u4e2d\U000e0155", "U+E0155", 1),
    "another variation that no font has": ("\u4e2d\ufe05", "U+FE05", 1),
    "a Greek letter amid capitals": ("INV\u03bfICE", "U+03BF", 3),
    "a Greek letter after a capital": ("D\u03bfC", "U+03BF", 1),
    "a Greek letter amid capitals before a number": ("SA\u03bdE-7", "U+03BD", 2),
    "a capital that is read as l": ("a\u0196\u0196ow", "U+0196", 1),
    "a Greek letter in a Latin word": ("appr\u03bfve", "U+03BF", 4),
    "an accented Greek letter in a Latin word": ("p\u03acy", "U+03AC", 1),
    "a Greek letter amid Latin ones": ("meeti\u03b7g", "U+03B7", 5),
    "a Greek capital in a Latin word": ("\u0391PPROVE", "U+0391", 0),
    "an Armenian letter in a Latin word": ("Armen\u0585", "U+0585", 5),
    "a Georgian letter in a Latin word": ("pa\u10e7", "U+10E7", 2),
    "an Arabic letter in a Latin word": ("tota\u0627", "U+0627", 4),
    "a Devanagari letter in a Latin word": ("pa\u0930", "U+0930", 2),
    "a Bengali digit in a Latin word": ("\u09eaank", "U+09EA", 0),
    "a Cherokee letter in a Latin word": ("\u13aapprove", "U+13AA", 0),
    "a Lisu letter in a Latin word": ("\ua4d0ank", "U+A4D0", 0),
    "a Vai letter in a Latin word": ("pa\ua576", "U+A576", 2),
    "an Adlam letter in a Latin word": ("p\U0001e92ay", "U+1E92A", 1),
    "a Hebrew letter in a Latin word": ("appr\u05e1ve", "U+05E1", 4),
    "a Hebrew letter beside an ideograph": ("日\u05e1", "U+05E1", 1),
    "a Coptic letter": ("\u2ca3", "U+2CA3", 0),
    "an Old Italic letter": ("\U00010300", "U+10300", 0),
    "a hieroglyph": ("\U00013000", "U+13000", 0),
    "a wide letter in a Latin word": ("\uff41pprove", "U+FF41", 0),
    "wide letters": ("\uff30\uff21\uff39", "U+FF30", 0),
    "a wide digit": ("\uff11", "U+FF11", 0),
    "a Roman numeral in a Latin word": ("approva\u217c", "U+217C", 7),
    "Roman numerals side by side": ("\u2169\u2164", "U+2169", 0),
    "a phonetic letter in a Latin word": ("\u0261overnor", "U+0261", 0),
    "phonetic letters": ("\u1d18\u1d00\u028f", "U+1D18", 0),
    "a long s": ("\u017fend", "U+017F", 0),
    "a ligature": ("\ufb01ne", "U+FB01", 0),
    "a Kelvin sign": ("273 \u212a", "U+212A", 4),
    "letters of a mathematical font": ("𝐚𝐩𝐩𝐫𝐨𝐯𝐞", "U+1D41A", 0),
    "one letter of a mathematical font": ("𝑥", "U+1D465", 0),
    "a digit of a mathematical font": ("𝟏", "U+1D7CF", 0),
    "circled letters": ("\u24c5\u24b6\u24ce", "U+24C5", 0),
    "squared letters": ("\U0001f13f\U0001f130\U0001f148", "U+1F13F", 0),
    "negative circled letters": ("\U0001f15f", "U+1F15F", 0),
    "negative squared letters": ("\U0001f17f\U0001f170", "U+1F17F", 0),
    "a squared unit in a word": ("\u33a9y", "U+33A9", 0),
    "letters of regions": ("\U0001f1f5\U0001f1e6\U0001f1fe", "U+1F1FE", 2),
    "a flag of no region": ("\U0001f1fd\U0001f1fd", "U+1F1FD", 0),
    "circled digits side by side": ("①⓪⓪", "U+2460", 0),
    "a circled digit beside a digit": ("1⓪", "U+24EA", 1),
    "a one-dot leader": ("assent\u2024example", "U+2024", 6),
    "a Cyrillic letter after a mark": ("e\u0301\u0430", "U+0430", 2),
    "digits of two scripts": ("1\u06650", "U+0665", 1),
}
HIDING = {
    "81 spaces": ("pay" + " " * 81 + "x", "more than 80 spaces", 3),
    "ideographic spaces": ("pay" + "\u3000" * 21, "more than 20 wide spaces", 3),
    "wide spaces amid others": ("pay" + " \u2003" * 21, "more than 20 wide spaces", 3),
    "spaces of two kinds": ("pay" + " \u00a0" * 41, "more than 80 spaces", 3),
    "tabs": ("pay" + "\t" * 21, "more than 20 tabs", 3),
    "tabs and spaces": ("pay" + "\t \t   " * 20, "more than 80 spaces", 3),
    "blank lines": ("pay\n\n\n\n\nnot", "more than 3 blank lines", 3),
    "blank lines with spaces": ("pay\n \n\t\n\u2003\n\nnot", "more than 3 blank lines", 3),
    "blank lines of Windows": ("pay" + "\r\n" * 5 + "not", "more than 3 blank lines", 3),
    "blank lines of old": ("pay" + "\r" * 5 + "not", "more than 3 blank lines", 3),
}


@pytest.mark.parametrize("sentence", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_language_is_plain(sentence: str) -> None:
    assert oddity(sentence) is None
    for form in ("NFC", "NFD"):
        assert oddity(unicodedata.normalize(form, sentence)) is None


@pytest.mark.parametrize(("text", "told", "position"), HIDING.values(), ids=HIDING.keys())
def test_blanks_that_push_text_out_of_sight_are_refused(
    text: str, told: str, position: int
) -> None:
    problem = oddity(text)
    assert problem is not None
    assert told in problem
    assert f"at position {position}" in problem


def test_the_bound_on_blanks_does_not_reach_across_texts() -> None:
    refuse_odd_text(
        ["\n\n\n\n", "\n\n\n\n", " " * 80, " " * 80, "\u2003" * 20, {"\t" * 20: "\t" * 20}]
    )


def test_who_wrote_another_form_learns_the_plain_one() -> None:
    assert "write PAY instead" not in str(oddity("\uff30\uff21\uff39"))
    assert "write P instead" in str(oddity("\uff30\uff21\uff39"))
    assert "write fi instead" in str(oddity("\ufb01ne"))
    assert "put a space between" in str(oddity("الAPI"))


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_of_any_script_is_plain(text: str) -> None:
    assert oddity(text) is None


@pytest.mark.parametrize(("text", "character", "position"), ODD.values(), ids=ODD.keys())
def test_an_odd_character_is_named_with_its_position(
    text: str, character: str, position: int
) -> None:
    problem = oddity(text)
    assert problem is not None
    assert character in problem
    assert f"at position {position}" in problem
    assert problem.isascii()


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"a": {"b": ["fine", "x\u202e"]}}, "a.b.1"),
        ({"a": [{"b\u202e": "fine"}]}, "a.0"),
        ({"b\u202e": {"c": "d\u202e"}}, "body"),
        ("x\u202e", "body"),
        (["fine", ["\u202e"]], "1.0"),
        ({"k" * 500: ["\u202e"]}, "k" * 200),
    ],
)
def test_the_part_of_a_value_is_named(value: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_odd_text(value)
    (error,) = refusal.value.errors
    assert error.field == field
    assert "RIGHT-TO-LEFT OVERRIDE" in error.message
    assert refusal.value.detail.isascii()


LETTERS = st.characters(categories=["L", "M", "N", "P", "S", "Zs", "Cf", "Cn"])


@given(st.lists(st.text(LETTERS, max_size=8), max_size=8))
def test_parts_are_judged_each_for_itself(texts: list[str]) -> None:
    odd = [index for index, text in enumerate(texts) if oddity(text)]
    if not odd:
        refuse_odd_text(texts)
        return
    with pytest.raises(Invalid) as refusal:
        refuse_odd_text(texts)
    assert int(refusal.value.errors[0].field) in odd


@given(st.text())
def test_plain_text_stays_plain_beside_plain_text(text: str) -> None:
    assert (oddity(text) is None) == (oddity(f"so {text} so") is None)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("admi\u0307n", "leave it out"),
        ("adm\u0131\u0307n", "leave it out"),
        ("1\u201a000", "write , instead"),
        ("https\u0589//bank.example", "write : instead"),
        ("a\u2215b", "write / instead"),
        ("bank.example\u2044login", "write / instead"),
    ],
)
def test_signs_of_languages_imitate_nothing_in_ascii(text: str, instead: str) -> None:
    problem = oddity(text)
    assert problem is not None
    assert problem.endswith(instead)


@pytest.mark.parametrize(
    "text", ["i\u0307\u0301", "\u0131\u011fd\u0131r", "\u201aja\u2018", "1\u20442", "\u0562\u0589"]
)
def test_signs_of_languages_stay_where_languages_write_them(text: str) -> None:
    assert oddity(text) is None
