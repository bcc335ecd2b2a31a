"""The packages of PyPI, asked line by line: one question as JSON in, one answer as JSON out. See README.md."""

import json
import sys
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlencode

import Adyen as adyen_library
import braintree
import gocardless_pro.webhooks
import razorpay
import standardwebhooks
import stripe
import svix.webhooks
from Adyen import util as adyen


def braintree_gateway(key):
    return braintree.BraintreeGateway(
        braintree.Configuration(
            environment=braintree.Environment.Sandbox, merchant_id="merchant", public_key="public", private_key=key
        )
    )


def message(prefix, webhook, ask):
    at = datetime.fromtimestamp(ask["at"], tz=timezone.utc)
    signature = webhook.sign(ask["id"], at, ask["body"])
    return {
        "headers": {
            f"{prefix}-id": ask["id"],
            f"{prefix}-timestamp": str(ask["at"]),
            f"{prefix}-signature": signature,
        }
    }


def adyen_item(ask):
    item = json.loads(ask["body"])
    signature = adyen.generate_notification_sig(item, ask["key"]).decode()
    item.setdefault("additionalData", {})["hmacSignature"] = signature
    envelope = {"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}
    return {"body": json.dumps(envelope)}


def adyen_header(ask):
    signature = adyen.generate_payload_sig(ask["body"].encode(), ask["key"]).decode()
    return {"headers": {"hmacsignature": signature, "protocol": "HmacSHA256"}}


def braintree_sample(ask):
    sample = braintree_gateway(ask["key"]).webhook_testing.sample_notification(ask["kind"], ask["id"])
    return {"headers": {"content-type": "application/x-www-form-urlencoded"}, "body": urlencode(sample)}


def stripe_header(ask):
    signature = stripe.WebhookSignature.generate_signature_header(ask["body"], ask["key"], ask["at"])
    return {"headers": {"stripe-signature": signature}}


# What each package signs: a body, or the headers beside it, or both.
SIGNERS = {
    "stripe": stripe_header,
    "standardwebhooks": lambda ask: message("webhook", standardwebhooks.Webhook(ask["key"]), ask),
    "svix": lambda ask: message("svix", svix.webhooks.Webhook(ask["key"]), ask),
    "Adyen": adyen_item,
    "Adyen by header": adyen_header,
    "braintree": braintree_sample,
}


def accepted_by_braintree(ask):
    fields = parse_qs(ask["body"])
    signature, payload = fields["bt_signature"][0], fields["bt_payload"][0]
    return braintree_gateway(ask["key"]).webhook_notification.parse(signature, payload) is not None


def accepted_by_razorpay(ask):
    client = razorpay.Client(auth=("unused", "unused"))
    signature = ask["headers"]["x-razorpay-signature"]
    return client.utility.verify_webhook_signature(ask["body"], signature, ask["key"])


# What each package says of a request: true, or false, or an error that it raises instead of false. Some return nothing.
VALIDATORS = {
    "stripe": lambda ask: stripe.WebhookSignature.verify_header(
        ask["body"], ask["headers"]["stripe-signature"], ask["key"], 300
    ),
    "standardwebhooks": lambda ask: standardwebhooks.Webhook(ask["key"]).verify(ask["body"], ask["headers"]) is not None,
    "svix": lambda ask: svix.webhooks.Webhook(ask["key"]).verify(ask["body"], ask["headers"]) is None,
    "Adyen": lambda ask: adyen.is_valid_hmac_notification(json.loads(ask["body"]), ask["key"]),
    "gocardless_pro": lambda ask: gocardless_pro.webhooks.parse(
        ask["body"], ask["key"], ask["headers"]["webhook-signature"]
    )
    is not None,
    "razorpay": accepted_by_razorpay,
    "braintree": accepted_by_braintree,
}


# What Adyen's package asks the provider at `base`, as a merchant's program does.
CALLS = {
    "setUpWebhook": lambda webhooks, _, ask: webhooks.set_up_webhook(ask["body"], ask["account"]),
    "updateWebhook": lambda webhooks, _, ask: webhooks.update_webhook(ask["body"], ask["account"], ask["id"]),
    "listWebhooks": lambda webhooks, _, ask: webhooks.list_all_webhooks(ask["account"]),
    "removeWebhook": lambda webhooks, _, ask: webhooks.remove_webhook(ask["account"], ask["id"]),
    "generateHmac": lambda webhooks, _, ask: webhooks.generate_hmac_key(ask["account"], ask["id"]),
    "testWebhook": lambda webhooks, _, ask: webhooks.test_webhook(ask["body"], ask["account"], ask["id"]),
    "session": lambda _, checkout, ask: checkout.payments_api.sessions(ask["body"]),
    "pay": lambda _, checkout, ask: checkout.payments_api.payments(ask["body"]),
    "capture": lambda _, checkout, ask: checkout.modifications_api.capture_authorised_payment(ask["body"], ask["id"]),
    "refund": lambda _, checkout, ask: checkout.modifications_api.refund_captured_payment(ask["body"], ask["id"]),
    "cancel": lambda _, checkout, ask: checkout.modifications_api.cancel_authorised_payment_by_psp_reference(
        ask["body"], ask["id"]
    ),
}


def call(ask):
    library = adyen_library.Adyen(xapikey=ask["key"], platform="test")
    webhooks, checkout = library.management.webhooks_merchant_level_api, library.checkout
    webhooks.baseUrl = ask["base"] + "/adyen/management/v3"
    for api in (checkout.payments_api, checkout.modifications_api):
        api.baseUrl = ask["base"] + "/adyen/checkout/v71"
    try:
        return {"answer": CALLS[ask["call"]](webhooks, checkout, ask).message}
    except adyen_library.AdyenError as error:
        return {"refused": error.status_code, "said": json.loads(error.raw_response)}


def answer(ask):
    if ask["ask"] == "call":
        return call(ask)
    if ask["ask"] == "sign":
        return SIGNERS[ask["package"]](ask)
    validator = VALIDATORS[ask["package"]]
    try:
        return {"valid": bool(validator(ask)), "said": ""}
    except Exception as error:  # each package has its own
        return {"valid": False, "said": f"{type(error).__name__}: {error}"[:200]}


for line in sys.stdin:
    try:
        said = answer(json.loads(line))
    except Exception as error:
        said = {"failed": repr(error)}
    print(json.dumps(said), flush=True)
