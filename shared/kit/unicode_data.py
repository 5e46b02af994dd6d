"""Which letters people write with, and in which scripts; which pictures are emoji.

Generated from Unicode 14.0.0 (Script_Extensions; Identifier_Type of UTS 39;
Extended_Pictographic; the flags of emoji-sequences.txt) by `tests/shared/kit/unicode_source.py`,
which says what is left out. Copyright © Unicode, Inc.; https://www.unicode.org/license.txt."""

# Ranges of code points, by the scripts that use them.
LETTERS = {
    "Adlam": "1e900-1e94b 1e950-1e959",
    "Adlam Arabic Mandaic Manichaean Old_Uyghur Psalter_Pahlavi Hanifi_Rohingya Sogdian Syriac": (
        "640"
    ),
    "Arabic": (
        "610-61a 620-63f 641-64a 656-65f 66e-66f 671-672 674-6d3 6d5-6dc 6df-6e8 6ea-6fc 6ff "
        "750-77f 870-887 889-88e 898-8e1 8e3-8ff fb50-fbb1 fbd3-fc5d fc64-fd3d fd50-fd8f "
        "fd92-fdc7 fdf0-fdf1 fdf3-fdf9 fe71 fe73 fe77 fe79 fe7b fe7d fe7f-fefc"
    ),
    "Arabic Coptic": "102e0",
    "Arabic Syriac": "64b-655 670",
    "Arabic Thaana": "fdf2",
    "Arabic Thaana Yezidi": "660-669",
    "Armenian": "531-556 559 560-588 fb13-fb17",
    "Balinese": "1b00-1b4c 1b50-1b59 1b6b-1b73",
    "Bamum": "a6a0-a6f1 16800-16a38",
    "Batak": "1bc0-1bf3",
    "Bengali": (
        "980-983 985-98c 98f-990 993-9a8 9aa-9b0 9b2 9b6-9b9 9bc-9c4 9c7-9c8 9cb-9ce 9d7 "
        "9dc-9dd 9df-9e3 9f0-9f1 9fc 9fe 1cf7"
    ),
    "Bengali Chakma Syloti_Nagri": "9e6-9ef",
    "Bengali Devanagari": "1cd5-1cd6 1cd8 1ce1 1cea 1ced 1cf5-1cf6 a8f1",
    "Bengali Devanagari Grantha Kannada": "1cd0 1cd2",
    "Bengali Devanagari Grantha Kannada Nandinagari Oriya Telugu Tirhuta": "1cf2",
    "Bopomofo": "3105-312f 31a0-31bf",
    "Bopomofo Han": "302a-302d",
    "Canadian_Aboriginal": "1401-166c 166f-167f 18b0-18f5 11ab0-11abf",
    "Chakma": "11100-11134 11136-1113f 11144-11147",
    "Chakma Myanmar Tai_Le": "1040-1049",
    "Cham": "aa00-aa36 aa40-aa4d aa50-aa59",
    "Cherokee": "13a0-13f5 13f8-13fd ab70-abbf",
    "Common": "2b9 2bb-2bc 2c0-2c1 2c6 2d0 2ec 2ee 2135-2138 a717-a71f a788",
    "Cyrillic": "400-45f 48a-501 510-529 52e-52f a67c-a67d a67f a69e fe2e-fe2f",
    "Cyrillic Glagolitic": "a66f",
    "Devanagari": (
        "900-950 955-963 971-97f 1cd1 1cd4 1cdb 1cde-1cdf 1ce2-1ce8 1ceb-1cec 1cee-1cf1 "
        "a8e0-a8f0 a8f2 a8f4-a8f7 a8fb a8fd-a8ff"
    ),
    "Devanagari Dogra Kaithi Mahajani": "966-96f",
    "Devanagari Grantha": "1cf3 1cf8-1cf9",
    "Devanagari Grantha Kannada": "1cf4",
    "Devanagari Kannada Malayalam Oriya Tamil Telugu": "1cda",
    "Devanagari Nandinagari": "1ce9",
    "Devanagari Sharada": "1cd7 1cd9 1cdc-1cdd 1ce0",
    "Devanagari Tamil": "a8f3",
    "Ethiopic": (
        "1200-1248 124a-124d 1250-1256 1258 125a-125d 1260-1288 128a-128d 1290-12b0 12b2-12b5 "
        "12b8-12be 12c0 12c2-12c5 12c8-12d6 12d8-1310 1312-1315 1318-135a 135d-135f 1380-138f "
        "2d80-2d96 2da0-2da6 2da8-2dae 2db0-2db6 2db8-2dbe 2dc0-2dc6 2dc8-2dce 2dd0-2dd6 "
        "2dd8-2dde ab01-ab06 ab09-ab0e ab11-ab16 ab20-ab26 ab28-ab2e 1e7e0-1e7e6 1e7e8-1e7eb "
        "1e7ed-1e7ee 1e7f0-1e7fe"
    ),
    "Georgian": "10a0-10c5 10c7 10cd 10d0-10fa 10fc-10ff 1c90-1cba 1cbd-1cbf 2d00-2d25 2d27 2d2d",
    "Grantha Tamil": "be6-bef 11301 11303 1133b-1133c",
    "Greek": (
        "342 345 37b-37d 386 388-38a 38c 38e-3a1 3a3-3ce 3fc-3ff 1dbf 1f00-1f15 1f18-1f1d "
        "1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f70 1f72 1f74 1f76 1f78 1f7a 1f7c "
        "1f80-1fb4 1fb6-1fba 1fbc 1fc2-1fc4 1fc6-1fc8 1fca 1fcc 1fd0-1fd2 1fd6-1fda 1fe0-1fe2 "
        "1fe4-1fea 1fec 1ff2-1ff4 1ff6-1ff8 1ffa 1ffc"
    ),
    "Gujarati": (
        "a81-a83 a85-a8d a8f-a91 a93-aa8 aaa-ab0 ab2-ab3 ab5-ab9 abc-ac5 ac7-ac9 acb-acd ad0 "
        "ae0-ae3 af9-aff"
    ),
    "Gujarati Khojki": "ae6-aef",
    "Gunjala_Gondi": "11d60-11d65 11d67-11d68 11d6a-11d8e 11d90-11d91 11d93-11d98 11da0-11da9",
    "Gurmukhi": (
        "a01-a03 a05-a0a a0f-a10 a13-a28 a2a-a30 a32-a33 a35-a36 a38-a39 a3c a3e-a42 a47-a48 "
        "a4b-a4d a51 a59-a5c a5e a70-a75"
    ),
    "Gurmukhi Multani": "a66-a6f",
    "Han": (
        "3005-3007 3021-3029 3038-303b 3400-4dbf 4e00-9fff f900-fa6d fa70-fad9 16fe3 "
        "16ff0-16ff1 20000-2a6df 2a700-2b738 2b740-2b81d 2b820-2cea1 2ceb0-2ebe0 2f800-2fa1d "
        "30000-3134a"
    ),
    "Han Hiragana Katakana": "303c",
    "Hangul": (
        "1100-115e 1161-11ff 302e-302f 3131-3163 3165-318e a960-a97c ac00-d7a3 d7b0-d7c6 "
        "d7cb-d7fb ffa1-ffbe ffc2-ffc7 ffca-ffcf ffd2-ffd7 ffda-ffdc"
    ),
    "Hanifi_Rohingya": "10d00-10d27 10d30-10d39",
    "Hanunoo": "1720-1734",
    "Hebrew": (
        "591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 5d0-5ea 5ef-5f2 fb1d-fb1f fb2a-fb36 fb38-fb3c fb3e "
        "fb40-fb41 fb43-fb44 fb46-fb4f"
    ),
    "Hiragana": "3041-3096 309d-309f 1b001-1b11f 1b150-1b152",
    "Hiragana Katakana": "3031-3035 3099-309a 30fc ff70 ff9e-ff9f",
    "Inherited": (
        "300-30d 30f-311 313-314 316 31b 321-328 32d-332 334-336 338-339 340-341 343-344 358 "
        "35f 361 1ac1-1ace 1dc5-1dc7"
    ),
    "Javanese": "a980-a9c0 a9d0-a9d9",
    "Kannada": (
        "c80-c83 c85-c8c c8e-c90 c92-ca8 caa-cb3 cb5-cb9 cbc-cc4 cc6-cc8 cca-ccd cd5-cd6 "
        "cdd-cde ce0-ce3 cf1-cf2"
    ),
    "Kannada Nandinagari": "ce6-cef",
    "Katakana": (
        "30a1-30fa 30fd-30ff 31f0-31ff ff66-ff6f ff71-ff9d 1aff0-1aff3 1aff5-1affb "
        "1affd-1affe 1b000 1b120-1b122 1b164-1b167"
    ),
    "Kayah_Li": "a900-a92d",
    "Khmer": "1780-17a2 17a5-17b3 17b6-17d3 17d7 17dc-17dd 17e0-17e9",
    "Lao": "e81-e82 e84 e86-e8a e8c-ea3 ea5 ea7-ebd ec0-ec4 ec6 ec8-ecd ed0-ed9 edc-edf",
    "Latin": (
        "c0-d6 d8-f6 f8-131 134-13e 141-148 14a-17e 180-18c 18e-1a9 1ac-1b8 1bc-1bd 1c0-1c3 "
        "1cd-1f0 1f4-1f5 1f8-21b 21e-233 237-24f 251 253-254 256-257 259 25b 260 263-266 "
        "268-26c 272 275 27d 280 283 289-28c 292 294-295 298 29d 2b0 2b7-2b8 2e4 1d43 1d49 "
        "1d4b 1d52-1d53 1d58 1d7d 1da4 1db6 1dbb 1e00-1e99 1e9e 1ea0-1ef9 2071 207f 2c62-2c66 "
        "2c68-2c6d 2c72-2c73 a78b-a78d a78f a792-a793 a7aa a7ad-a7ae a7b2-a7b9 a7c0-a7ca "
        "a7d0-a7d1 a7d3 a7d5-a7d9 ab60-ab63 ab66-ab67 10780 1df00-1df1e"
    ),
    "Lepcha": "1c00-1c37 1c40-1c49 1c4d-1c4f",
    "Limbu": "1900-191e 1920-192b 1930-193b 1946-194f",
    "Lisu": "a4d0-a4fd 11fb0",
    "Malayalam": "d00-d0c d0e-d10 d12-d44 d46-d48 d4a-d4e d54-d57 d5f-d63 d66-d6f d7a-d7f",
    "Mandaic": "840-85b",
    "Meetei_Mayek": "aae0-aaef aaf2-aaf6 abc0-abea abec-abed abf0-abf9",
    "Miao": "16f00-16f4a 16f4f-16f87 16f8f-16f9f",
    "Mongolian": "1810-1819 1820-1878 1880-18aa",
    "Myanmar": "1000-103f 1050-109d a9e0-a9fe aa60-aa76 aa7a-aa7f",
    "New_Tai_Lue": "1980-19ab 19b0-19c9 19d0-19d9",
    "Newa": "11400-1144a 11450-11459 1145e-11461",
    "Nko": "7c0-7f5 7fa 7fd",
    "Nyiakeng_Puachue_Hmong": "1e100-1e12c 1e130-1e13d 1e140-1e149 1e14e",
    "Ol_Chiki": "1c50-1c7d",
    "Oriya": (
        "b01-b03 b05-b0c b0f-b10 b13-b28 b2a-b30 b32-b33 b35-b39 b3c-b44 b47-b48 b4b-b4d "
        "b55-b57 b5c-b5d b5f-b63 b66-b6f b71"
    ),
    "Osage": "104b0-104d3 104d8-104fb",
    "Saurashtra": "a880-a8c5 a8d0-a8d9",
    "Sinhala": (
        "d81-d83 d85-d96 d9a-db1 db3-dbb dbd dc0-dc6 dca dcf-dd4 dd6 dd8-ddf de6-def df2-df3"
    ),
    "Sundanese": "1b80-1bbf",
    "Syloti_Nagri": "a800-a827 a82c",
    "Syriac": "710-74a 74d-74f 860-86a 1dfa",
    "Tai_Le": "1950-196d 1970-1974",
    "Tai_Tham": "1a20-1a5e 1a60-1a7c 1a7f-1a89 1a90-1a99 1aa7",
    "Tai_Viet": "aa80-aac2 aadb-aadd",
    "Tamil": (
        "b82-b83 b85-b8a b8e-b90 b92-b95 b99-b9a b9c b9e-b9f ba3-ba4 ba8-baa bae-bb9 bbe-bc2 "
        "bc6-bc8 bca-bcd bd0 bd7"
    ),
    "Tangsa": "16a70-16abe 16ac0-16ac9",
    "Telugu": (
        "c00-c0c c0e-c10 c12-c28 c2a-c39 c3c-c44 c46-c48 c4a-c4d c55-c56 c58-c5a c5d c60-c63 "
        "c66-c6f"
    ),
    "Thaana": "780-7b1",
    "Thai": "e01-e3a e40-e4e e50-e59",
    "Tibetan": (
        "f00 f18-f19 f20-f29 f35 f37 f39 f3e-f47 f49-f6c f71-f76 f78 f7a-f84 f86-f97 f99-fbc fc6"
    ),
    "Tifinagh": "2d30-2d67 2d6f 2d7f",
    "Toto": "1e290-1e2ae",
    "Vai": "a500-a60c a610-a62b",
    "Wancho": "1e2c0-1e2f9",
    "Yi": "a000-a48c",
}

PICTOGRAPHS = (
    "a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 2388 23cf 23e9-23f3 "
    "23f8-23fa 24c2 25aa-25ab 25b6 25c0 25fb-25fe 2600-2605 2607-2612 2614-2685 2690-2705 "
    "2708-2712 2714 2716 271d 2721 2728 2733-2734 2744 2747 274c 274e 2753-2755 2757 "
    "2763-2767 2795-2797 27a1 27b0 27bf 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d "
    "3297 3299 1f000-1f0ff 1f10d-1f10f 1f12f 1f16c-1f171 1f17e-1f17f 1f18e 1f191-1f19a "
    "1f1ad-1f1e5 1f201-1f20f 1f21a 1f22f 1f232-1f23a 1f23c-1f23f 1f249-1f3fa 1f400-1f53d "
    "1f546-1f64f 1f680-1f6ff 1f774-1f77f 1f7d5-1f7ff 1f80c-1f80f 1f848-1f84f 1f85a-1f85f "
    "1f888-1f88f 1f8ae-1f8ff 1f90c-1f93a 1f93c-1f945 1f947-1faff 1fc00-1fffd"
)

# Each is two regional indicators.
FLAGS = (
    "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM "
    "BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX "
    "CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE "
    "GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO "
    "IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU "
    "LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE "
    "NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS "
    "XK YE YT ZA ZM ZW"
)

# What letters of Latin words read as, where that is ASCII.
READ_AS = {
    "Ƅ": "b",
    "Ɩ": "l",
    "Ʀ": "R",
    "Ƨ": "2",
    "Ʒ": "3",
    "Ƽ": "5",
    "ƽ": "s",
    "ǀ": "l",
    "ǁ": "ll",
    "ǃ": "!",
    "Ȣ": "8",
    "ȣ": "8",
    "Ɂ": "?",
    "ɑ": "a",
    "ɣ": "y",
    "ɩ": "i",
    "ɪ": "i",
    "ʋ": "u",
    "ʔ": "?",
    "ː": ":",
    "Ʝ": "J",
    "Ꭓ": "X",
    "Ꞵ": "B",
    "ꭣ": "uo",
}

# Those of them that stand only in a sentence which has another letter of their languages: these.
COMPANY = {
    "Ƅ": "",
    "Ɩ": "ŊŋƁƆƉƊƎƏƐƔƗƛƝƱƲƳƴǝɅɓɔɖɗəɛɤɨɬɲʊʌʼˮΘθχⱲⱳꞭ",
    "Ʀ": "",
    "Ƨ": "",
    "Ʒ": "ĐđŊŋƆƉƐƔƗǤǥɊɋɔɖɛɨʹʼ",
    "Ƽ": "",
    "ƽ": "",
    "ǀ": "ÂÎÔÛâîôûǁǂǃʘʼ",
    "ǁ": "ÂÎÔÛâîôûǀǂǃʘʼ",
    "ǃ": "ÂÎÔÛâîôûǀǁǂʘʼ",
    "Ȣ": "ÀÈÌÒàèìò",
    "ȣ": "ÀÈÌÒàèìò",
    "Ɂ": "ŊŋƁƊƏƐƳƴɓɗəɛ",
    "ɑ": "ŊŋƆƏƐɄɔəɛʉʼ",
    "ɪ": "ŊŋƆƏƐƔƛɔəɛɬʕꞭꞶꞷ",
    "ʋ": "ŊŋƁƆƉƊƎƏƐƑƒƓƔƖƗƝƳƴǝɅɓɔɖɗəɛɠɤɨɩɲʌʼˮ̱Ⱳⱳ",
    "ʔ": "ÑÜñüČčĐđŁłŊŋŦŧƁƆƊƎƏƐƔƗƛƬƭƱǝɄɓɔɗəɛɨɬʉʊʕʼˀˁΘΛθλχꞭꞮ",
    "ː": "ʼˀ",
    "Ʝ": "ŊŋƁƊƘƙƝɓɗɲ",
    "Ꭓ": "",
    "Ꞵ": "",
    "ꭣ": "",
}

LETTERLIKE_SIGNS = "˛˸։᙭᙮᛬᜵᠃᠉⁁⁄⁚℮∕∣∨∪∶⊤⋁⋃⋿⍳⍴⍺⏽╱╳⟋⟙⤫⤬⧸⨯⼃㇓꞉︰￨𐋵𐌠𐌢𑣬𑣯𑣲𝈆𝈍𝈒𝈓𝈖𝈪𝈺🝌🝨"
# In scripts that write Latin words without a space.
LETTERLIKE = "๐໐ဝ၀〇"
# Letters of other scripts that read as digits.
DIGITLIKE = "ΙΟІЗОбӀӠՕ۱০৪৭੧੪ଃଠ୦୨൭ዐᏎᏮᒿⵏⵔ〇ꓲꓳꛯ𐓂𐓒𖼨𖼻"
