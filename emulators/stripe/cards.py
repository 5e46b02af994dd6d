"""Stripe's payment methods for tests, by name: there is no card number anywhere. What each of them
does is what docs.stripe.com/testing says of it (read 2026-11-27)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """`attach` and `charge` are the code and the decline code with which that fails."""

    name: str
    brand: str
    last4: str
    attach: tuple[str, str] | None = None
    charge: tuple[str, str] | None = None
    # Its bank asks the person each time.
    needs_authentication: bool = False


_GENERIC = ("card_declined", "generic_decline")
_FUNDS = ("card_declined", "insufficient_funds")
_EXPIRED = ("expired_card", "expired_card")
_CVC = ("incorrect_cvc", "incorrect_cvc")
_PROCESSING = ("processing_error", "processing_error")
CARDS = {
    "pm_card_visa": Card("Visa that pays", "visa", "4242"),
    "pm_card_mastercard": Card("Mastercard that pays", "mastercard", "4444"),
    "pm_card_amex": Card("American Express that pays", "amex", "8431"),
    "pm_card_chargeCustomerFail": Card(
        "Visa that is taken and later declined", "visa", "0341", charge=_GENERIC
    ),
    "pm_card_authenticationRequired": Card(
        "Visa whose bank asks each time", "visa", "3184", needs_authentication=True
    ),
    "pm_card_chargeDeclined": Card("Visa that is declined", "visa", "0002", _GENERIC, _GENERIC),
    "pm_card_visa_chargeDeclined": Card(
        "Visa that is declined", "visa", "0002", _GENERIC, _GENERIC
    ),
    "pm_card_chargeDeclinedInsufficientFunds": Card(
        "Visa without money", "visa", "9995", _FUNDS, _FUNDS
    ),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card(
        "Visa without money", "visa", "9995", _FUNDS, _FUNDS
    ),
    "pm_card_chargeDeclinedExpiredCard": Card(
        "Visa that has expired", "visa", "0069", _EXPIRED, _EXPIRED
    ),
    "pm_card_chargeDeclinedIncorrectCvc": Card(
        "Visa with a wrong code", "visa", "0127", _CVC, _CVC
    ),
    "pm_card_chargeDeclinedProcessingError": Card(
        "Visa whose bank has an error", "visa", "0119", _PROCESSING, _PROCESSING
    ),
}
# Those that the hosted pages offer.
OFFERED = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_authenticationRequired",
    "pm_card_chargeCustomerFail",
    "pm_card_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds",
)
MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
