// Adyen's Drop-in for the session that the shop's server made. Its result is not believed: the order's page waits for the webhook.
const card = document.getElementById("card");
const { order, clientKey, environment, session, sessionData } = card.dataset;
const back = () => location.assign(order);

const { AdyenCheckout, Dropin } = window.AdyenWeb;
const checkout = await AdyenCheckout({
  clientKey,
  environment,
  countryCode: "GB",
  locale: "en-GB",
  session: { id: session, sessionData },
  onPaymentCompleted: back,
  onPaymentFailed: back,
  onError: back,
});
new Dropin(checkout).mount(card);
