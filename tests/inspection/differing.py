"""Where programs differ from `check` on what a sender uses, and the RFC's words for it.

Each is the only difference there is: a test fails when one goes away, and when one more appears.
"""

POSTFIX = "postfix-mta-sts-resolver"
CHECKDMARC = "checkdmarc"
PROGRAMS = (POSTFIX, CHECKDMARC)

_ID = 'RFC 8461 3.1: sts-id is "id=" 1*32(ALPHA / DIGIT); an invalid record is no record'
_TERM = 'RFC 8461 3.2: fields are separated by one sts-policy-term, "LF / CRLF", and none is empty'
_MAX_AGE = "RFC 8461 3.2: sts-policy-max-age-value is 1*10(DIGIT)"
_MX = 'RFC 8461 3.2: sts-policy-mx-value is ["*."] Domain, as RFC 5321 4.1.2 has it'
_EXTENSION = "RFC 8461 3.2: sts-policy-ext-value is of characters that are UTF-8 and no CTLs"
_TYPE = 'RFC 8461 3.2: "senders SHOULD validate that the media type is text/plain"'
_LIMITS = "RFC 8461 3.3 suggests that senders limit a fetch to a minute and 64 kilobytes"

DIFFERING: dict[str, tuple[tuple[str, ...], str]] = {
    "a-second-mode": (
        (POSTFIX,),
        'RFC 8461 3.2: of a duplicated field "all entries except for the first SHALL be ignored"',
    ),
    "space-before-semicolon": (
        PROGRAMS,
        'RFC 8461 3.1: "records that do not begin with v=STSv1; are discarded"; erratum 6285',
    ),
    "id-empty": ((POSTFIX,), _ID),
    "id-of-33": ((POSTFIX,), _ID),
    "id-with-hyphens": ((POSTFIX,), _ID),
    "a-field-without-value": (
        (POSTFIX,),
        'RFC 8461 3.1: sts-extension is sts-ext-name "=" sts-ext-value',
    ),
    "two-semicolons": (
        (POSTFIX,),
        "RFC 8461 3.1: a sts-field follows each sts-field-delim but the last",
    ),
    "max-age-with-underscore": ((POSTFIX,), _MAX_AGE),
    "max-age-of-11-digits": ((POSTFIX,), _MAX_AGE),
    "max-age-with-sign": ((POSTFIX,), _MAX_AGE),
    "mx-empty": ((POSTFIX,), _MX),
    "mx-as-a-list": ((POSTFIX,), _MX),
    "mx-a-star": ((POSTFIX,), _MX),
    "mx-star-inside": ((POSTFIX,), _MX),
    "mx-two-stars": ((POSTFIX,), _MX),
    "mx-with-dot-at-the-end": ((POSTFIX,), _MX),
    "mx-with-underscore": ((POSTFIX,), _MX),
    "mx-an-address": (
        PROGRAMS,
        "RFC 8461 4.1 compares mx with names of MX hosts; an address is none, by RFC 1123 2.1",
    ),
    "a-key-of-33": (
        (POSTFIX,),
        "RFC 8461 3.2: sts-policy-ext-name is of at most 32 characters",
    ),
    "a-blank-line": (PROGRAMS, _TERM),
    "cr-only": ((POSTFIX,), _TERM),
    "no-colon": ((POSTFIX,), 'RFC 8461 3.2: a sts-policy-field has ":" between name and value'),
    "a-control-character": ((POSTFIX,), _EXTENSION),
    "latin-1": ((CHECKDMARC,), _EXTENSION),
    "over-64-kib": ((CHECKDMARC,), _LIMITS),
    "drips": ((CHECKDMARC,), _LIMITS),
    "common-name-only": (
        (POSTFIX,),
        "RFC 8461 3.3: the certificate has a subject alternative name with a DNS-ID of the host",
    ),
    "type-html": ((CHECKDMARC,), _TYPE),
    "no-type": ((CHECKDMARC,), _TYPE),
    "gzip": (
        PROGRAMS,
        "RFC 9110 12.5.3: both ask for gzip; asked for identity alone, a server sends no other",
    ),
}
"""By case: who would use another policy than `check`, or one where it finds none."""
