//! From a draft to a scheme: every slip is told, with what to do about it.

use std::time::Duration;

use aws_lc_rs::hmac;
use http::HeaderName;

use super::draft::{Draft, EventDraft, IdDraft, OneOrMany, PartDraft, RespondDraft, SecretDraft};
use super::part::{Format, Part, Prefix};
use super::place::Place;
use super::pointer::Pointer;
use super::scheme::{
    Algorithm, AmountUnit, Batch, Encoding, Means, Respond, Scheme, Secret, SecretEncoding, Signed, Time, Told, Unit,
    Window,
};
use super::seam::Seams;
use super::separator::Separator;
use super::template::Template;
use crate::asymmetric::Pair;

/// Longest time a tolerance may allow.
const TOLERANCE_MAX: Duration = Duration::from_secs(30 * 86_400);
/// Most events of one body.
const BATCH_MAX: usize = 10_000;
/// Longest text of a template or an answer.
const TEXT_MAX: usize = 1_024;

type Loaded<T> = Result<T, String>;

/// Makes a scheme of a draft.
pub(super) fn scheme(draft: &Draft) -> Loaded<Scheme> {
    let means = means(draft)?;
    let covers_body = covers_body(draft, &means)?;
    Ok(Scheme {
        secret: secret(&draft.secret, &means)?,
        covers_body,
        told: told(&draft.event, draft.batch.is_some())?,
        batch: draft.batch.as_ref().map(|batch| self::batch(&batch.items, batch.max)).transpose()?,
        respond: respond(&draft.respond)?,
        echo: draft.challenge.as_ref().map(|challenge| echo(&challenge.echo)).transpose()?,
        note: draft.note.clone(),
        means,
    })
}

fn means(draft: &Draft) -> Loaded<Means> {
    let algorithm = match draft.algorithm.as_str() {
        "token" => return token(draft),
        "basic" => return basic(draft),
        "hmac-sha1" => Algorithm::Hmac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        "hmac-sha256" => Algorithm::Hmac(hmac::HMAC_SHA256),
        "hmac-sha512" => Algorithm::Hmac(hmac::HMAC_SHA512),
        "sha256" => Algorithm::Sha256,
        "ed25519" => Algorithm::Pair(Pair::Ed25519),
        "rsa-pkcs1v15-sha256" => Algorithm::Pair(Pair::RsaSha256),
        other => {
            return Err(format!(
                "`algorithm` is `{other}`: write hmac-sha1, hmac-sha256, hmac-sha512, sha256, ed25519, rsa-pkcs1v15-sha256, token or basic"
            ));
        }
    };
    signed(draft, algorithm).map(|signed| Means::Signed(Box::new(signed)))
}

fn token(draft: &Draft) -> Loaded<Means> {
    let part = draft.signature.as_ref().ok_or("a token needs `signature`: where it stands")?;
    nothing_signed(draft)?;
    Ok(Means::Token(plain_part("signature", part)?))
}

fn basic(draft: &Draft) -> Loaded<Means> {
    if draft.signature.is_some() {
        return Err("`basic` stands in the header Authorization; remove `signature`".to_owned());
    }
    nothing_signed(draft)?;
    Ok(Means::Basic)
}

fn nothing_signed(draft: &Draft) -> Loaded<()> {
    let has_parts = draft.timestamp.is_some() || draft.id.is_some() || draft.key_id.is_some();
    if has_parts || draft.signed.is_some() || draft.tolerance.past.is_some() || draft.tolerance.future.is_some() {
        let what = "`{}` signs nothing: remove `signed`, `timestamp`, `id`, `key_id` and `tolerance`";
        return Err(what.replace("{}", &draft.algorithm));
    }
    Ok(())
}

fn signed(draft: &Draft, algorithm: Algorithm) -> Loaded<Signed> {
    let template = draft.signed.as_deref().ok_or("`signed` is missing: what is signed, \"{body}\" for one")?;
    let template = Template::read(bounded("signed", template)?)?;
    let part = draft.signature.as_ref().ok_or("`signature` is missing: where it stands")?;
    let encoding = match part.encoding.as_deref() {
        Some("hex") => Encoding::Hex,
        Some("base64") => Encoding::Base64,
        Some(other) => return Err(format!("`encoding` of `signature` is `{other}`: write hex or base64")),
        None => return Err("`signature` has no `encoding`: write hex or base64".to_owned()),
    };
    unused("signature", part, false, true)?;
    let signature = self::part("signature", part, "signature")?;
    let timestamp = draft.timestamp.as_ref().map(time).transpose()?;
    let signed = Signed {
        algorithm,
        together: timestamp.as_ref().and_then(|time| together(&signature, &time.part)),
        signature,
        encoding,
        timestamp,
        id: draft.id.as_ref().map(|part| plain_part("id", part)).transpose()?,
        key_id: draft.key_id.as_ref().map(|part| plain_part("key_id", part)).transpose()?,
        seams: Seams::of(&template),
        template,
        window: window(draft)?,
    };
    check_signed(&signed)?;
    Ok(signed)
}

/// The header that both stand in.
fn together(signature: &Part, time: &Part) -> Option<HeaderName> {
    match (signature.places.as_slice(), time.places.as_slice()) {
        ([Place::Header(one)], [Place::Header(other)]) if one == other && !signature.several => Some(one.clone()),
        _ => None,
    }
}

/// What is signed, and what is said to be, have to go together.
fn check_signed(signed: &Signed) -> Loaded<()> {
    let template = &signed.template;
    if template.has_timestamp() && signed.timestamp.is_none() {
        return Err("`signed` has {timestamp}, but `timestamp` does not say where it stands".to_owned());
    }
    if template.has_id() && signed.id.is_none() {
        return Err("`signed` has {id}, but `id` does not say where it stands".to_owned());
    }
    if template.has_secret() != matches!(signed.algorithm, Algorithm::Sha256) {
        return Err("{secret} belongs into `signed` with the algorithm sha256, and only there".to_owned());
    }
    if signed.window == Window::default() {
        return Ok(());
    }
    let Some(time) = &signed.timestamp else {
        return Err("`tolerance` needs `timestamp`: where the time of signing stands".to_owned());
    };
    if time.unit == Unit::Text {
        return Err("`tolerance` needs a `unit` of `timestamp` that can be read: s, ms or rfc3339".to_owned());
    }
    if !signed.signs_time() {
        return Err(
            "a time that is not signed proves nothing: put {timestamp} into `signed`, or remove `tolerance`".to_owned()
        );
    }
    Ok(())
}

fn covers_body(draft: &Draft, means: &Means) -> Loaded<bool> {
    let covers = match means {
        Means::Signed(signed) => signed.template.covers_body(),
        // Nobody but the provider knows the word, so nobody else made the body.
        Means::Token(_) | Means::Basic => true,
    };
    match draft.covers_body {
        None if !covers => {
            Err("`signed` has no {body} outside of [ ]: whoever changes the body goes unnoticed; say `covers_body = false` when that is so".to_owned())
        }
        Some(true) if !covers => Err("`covers_body` is true, but `signed` has no {body} outside of [ ]".to_owned()),
        said => Ok(said.unwrap_or(covers)),
    }
}

fn secret(draft: &SecretDraft, means: &Means) -> Loaded<Secret> {
    let pair = match means {
        Means::Signed(signed) if let Algorithm::Pair(pair) = signed.algorithm => Some(pair),
        _ => None,
    };
    let encoding = match draft.encoding.as_deref() {
        None | Some("utf8") => SecretEncoding::Utf8,
        Some("base64") => SecretEncoding::Base64,
        Some("hex") => SecretEncoding::Hex,
        Some("pem") => SecretEncoding::Pem,
        Some(other) => return Err(format!("`encoding` of `secret` is `{other}`: write utf8, base64, hex or pem")),
    };
    match (pair, encoding) {
        (Some(_), SecretEncoding::Utf8) => {
            return Err("a public key is no text: write `secret = { encoding = \"pem\" }`, or base64 or hex".to_owned());
        }
        (None, SecretEncoding::Pem) => return Err("pem holds public keys: write utf8, base64 or hex".to_owned()),
        _ => {}
    }
    let derive_sha1 = match draft.derive.as_deref() {
        None => false,
        Some("sha1") if pair.is_none() => true,
        Some(other) => {
            return Err(format!("`derive` of `secret` is `{other}`: sha1 is all there is, for shared secrets"));
        }
    };
    Ok(Secret { encoding, strip_prefix: draft.strip_prefix.clone(), derive_sha1 })
}

fn time(draft: &PartDraft) -> Loaded<Time> {
    let unit = match draft.unit.as_deref() {
        Some("s") => Unit::Seconds,
        Some("ms") => Unit::Milliseconds,
        Some("rfc3339") => Unit::Rfc3339,
        Some("text") => Unit::Text,
        Some(other) => return Err(format!("`unit` of `timestamp` is `{other}`: write s, ms, rfc3339 or text")),
        None => return Err("`timestamp` has no `unit`: write s, ms, rfc3339 or text".to_owned()),
    };
    unused("timestamp", draft, true, false)?;
    Ok(Time { part: part("timestamp", draft, "timestamp")?, unit })
}

fn window(draft: &Draft) -> Loaded<Window> {
    let bounded = |seconds: Option<u64>| match seconds.map(Duration::from_secs) {
        Some(long) if long > TOLERANCE_MAX => Err("`tolerance` is in seconds, at most 30 days".to_owned()),
        other => Ok(other.filter(|length| !length.is_zero())),
    };
    Ok(Window { past: bounded(draft.tolerance.past)?, future: bounded(draft.tolerance.future)? })
}

/// A part that has neither a unit nor an encoding.
fn plain_part(what: &str, draft: &PartDraft) -> Loaded<Part> {
    unused(what, draft, false, false)?;
    part(what, draft, what)
}

fn unused(what: &str, draft: &PartDraft, has_unit: bool, has_encoding: bool) -> Loaded<()> {
    if draft.unit.is_some() && !has_unit {
        return Err(format!("`unit` belongs to `timestamp`, not to `{what}`"));
    }
    if draft.encoding.is_some() && !has_encoding {
        return Err(format!("`encoding` belongs to `signature`, not to `{what}`"));
    }
    Ok(())
}

fn part(what: &str, draft: &PartDraft, usual_field: &str) -> Loaded<Part> {
    let places = places(what, draft.source.all())?;
    if places.is_empty() {
        return Err(format!("`source` of `{what}` is empty"));
    }
    if let Some(place) = places.iter().find(|place| matches!(place, Place::Config(_) | Place::Literal(_))) {
        return Err(format!(
            "`{what}` has {place}, which whoever sends does not have to know: write where it stands in the request"
        ));
    }
    let prefix = draft.prefix.as_ref().map(|text| Prefix { text: text.clone(), optional: draft.prefix_optional });
    if draft.prefix_optional && prefix.is_none() {
        return Err(format!("`prefix_optional` of `{what}` needs a `prefix`"));
    }
    let format = match draft.format.as_deref() {
        None | Some("raw") => raw(what, draft)?,
        Some("kv") => pairs(what, draft)?,
        Some("list") => list(what, draft, usual_field)?,
        Some("fields") => fields(what, draft, usual_field)?,
        Some(other) => return Err(format!("`format` of `{what}` is `{other}`: write raw, list, kv or fields")),
    };
    Ok(Part { places, several: draft.several, prefix, format })
}

fn raw(what: &str, draft: &PartDraft) -> Loaded<Format> {
    let has_more = draft.item_sep.is_some() || draft.kv_sep.is_some() || draft.sep.is_some();
    if has_more || draft.key.is_some() || draft.names.is_some() || draft.field.is_some() {
        return Err(format!("`{what}` says how to take it apart, but not its `format`: write list, kv or fields"));
    }
    Ok(Format::Raw)
}

fn pairs(what: &str, draft: &PartDraft) -> Loaded<Format> {
    if draft.sep.is_some() || draft.names.is_some() || draft.field.is_some() {
        return Err(format!("`sep`, `names` and `field` of `{what}` belong to the format fields, not to kv"));
    }
    let wanted = draft.key.as_ref().ok_or_else(|| format!("`{what}` has the format kv, but no `key`"))?;
    Ok(Format::Pairs {
        item_sep: separator(what, "item_sep", draft.item_sep.as_ref())?,
        kv_sep: separator(what, "kv_sep", draft.kv_sep.as_ref())?,
        wanted: wanted.all().to_vec(),
    })
}

/// Nothing but values: each is the only field of its item.
fn list(what: &str, draft: &PartDraft, usual: &str) -> Loaded<Format> {
    if draft.sep.is_some() || draft.names.is_some() || draft.field.is_some() {
        return Err(format!("`sep`, `names` and `field` of `{what}` belong to the format fields, not to list"));
    }
    if draft.kv_sep.is_some() || draft.key.is_some() {
        return Err(format!("`kv_sep` and `key` of `{what}` belong to the format kv, not to list"));
    }
    let between = separator(what, "item_sep", draft.item_sep.as_ref())?;
    Ok(Format::Fields {
        item_sep: Some(between.clone()),
        sep: between,
        position: 0,
        and_rest: false,
        names: vec![usual.to_owned()],
    })
}

fn fields(what: &str, draft: &PartDraft, usual: &str) -> Loaded<Format> {
    if draft.kv_sep.is_some() || draft.key.is_some() {
        return Err(format!("`kv_sep` and `key` of `{what}` belong to the format kv, not to fields"));
    }
    let names = draft.names.as_ref().ok_or_else(|| format!("`{what}` has the format fields, but no `names`"))?;
    let field = draft.field.as_deref().unwrap_or(usual);
    let plain = |name: &str| name.strip_suffix('*').unwrap_or(name).to_owned();
    let position = names.iter().position(|name| plain(name) == field);
    let position = position.ok_or_else(|| format!("`names` of `{what}` has no `{field}`"))?;
    if names[..names.len() - 1].iter().any(|name| name.ends_with('*')) {
        return Err(format!("only the last of `names` of `{what}` may have a star"));
    }
    Ok(Format::Fields {
        item_sep: draft.item_sep.as_ref().map(|_| separator(what, "item_sep", draft.item_sep.as_ref())).transpose()?,
        sep: separator(what, "sep", draft.sep.as_ref())?,
        position,
        and_rest: names[position].ends_with('*'),
        names: names.iter().map(|name| plain(name)).collect(),
    })
}

fn separator(what: &str, name: &str, text: Option<&String>) -> Loaded<Separator> {
    let text = text.filter(|text| !text.is_empty());
    text.map(|text| Separator::of(text))
        .ok_or_else(|| format!("`{what}` has no `{name}`: what stands between two of them"))
}

fn told(draft: &EventDraft, is_batch: bool) -> Loaded<Told> {
    let some = |what: &str, one: &Option<OneOrMany>| places(what, one.as_ref().map_or(&[], OneOrMany::all));
    let amount_unit = match draft.amount_unit.as_deref() {
        None | Some("minor") => AmountUnit::Minor,
        Some("major") => AmountUnit::Major,
        Some("hundredths") => AmountUnit::Hundredths,
        Some(other) => {
            return Err(format!("`amount_unit` of `event` is `{other}`: write minor, major or hundredths"));
        }
    };
    if draft.amount.is_some() != draft.currency.is_some() {
        return Err("`amount` and `currency` of `event` go together".to_owned());
    }
    let told = Told {
        id: identity(draft)?,
        code: some("event.type", &draft.r#type)?,
        reference: some("event.reference", &draft.reference)?,
        provider_reference: some("event.provider_reference", &draft.provider_reference)?,
        payment: some("event.payment", &draft.payment)?,
        amount: some("event.amount", &draft.amount)?,
        currency: some("event.currency", &draft.currency)?,
        occurred_at: some("event.occurred_at", &draft.occurred_at)?,
        live: some("event.live", &draft.live)?,
        amount_unit,
    };
    // A word of ours may stand for what an event of a batch has not, behind a place where it has it.
    let is_shared = |place: &&Place| !matches!(place, Place::Json(_) | Place::Literal(_));
    let alone = told.id.iter().filter_map(|part| part.first()).filter(|place| !matches!(place, Place::Json(_)));
    if is_batch && let Some(place) = told.id.iter().flatten().filter(is_shared).chain(alone).next() {
        return Err(format!("`id` of `event` has {place}, which every event of a batch would share: write json:/…"));
    }
    Ok(told)
}

fn identity(draft: &EventDraft) -> Loaded<Vec<Vec<Place>>> {
    let parts = draft.id.as_ref().map(IdDraft::parts).unwrap_or_default();
    if parts.iter().any(|part| part.is_empty()) {
        return Err("`event.id` has a list with nothing in it".to_owned());
    }
    parts.into_iter().map(|part| places("event.id", part)).collect()
}

fn batch(items: &str, max: usize) -> Loaded<Batch> {
    let pointer = items.strip_prefix("json:").ok_or("`items` of `batch` is no place: write json:/POINTER")?;
    if !(1..=BATCH_MAX).contains(&max) {
        return Err(format!("`max` of `batch` is not between 1 and {BATCH_MAX}"));
    }
    Ok(Batch { items: Pointer::read(pointer)?, max })
}

fn respond(draft: &RespondDraft) -> Loaded<Respond> {
    let (ok, bad_signature) = (draft.ok.unwrap_or(200), draft.bad_signature.unwrap_or(401));
    if !(200..=299).contains(&ok) {
        return Err(format!("`ok` of `respond` is {ok}, which does not accept: write a status from 200 to 299"));
    }
    if !(400..=599).contains(&bad_signature) {
        return Err(format!(
            "`bad_signature` of `respond` is {bad_signature}, which does not refuse: write a status from 400 to 599"
        ));
    }
    let body = bounded("respond.body", draft.body.as_deref().unwrap_or_default())?.to_owned();
    Ok(Respond { ok, bad_signature, body })
}

fn echo(header: &str) -> Loaded<HeaderName> {
    let name = header.strip_prefix("header:").ok_or("`echo` of `challenge` is no place: write header:NAME")?;
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` cannot be the name of a header"))
}

fn places(what: &str, texts: &[String]) -> Loaded<Vec<Place>> {
    texts.iter().map(|text| Place::read(text).map_err(|slip| format!("`{what}`: {slip}"))).collect()
}

fn bounded<'t>(what: &str, text: &'t str) -> Loaded<&'t str> {
    if text.len() > TEXT_MAX { Err(format!("`{what}` is longer than {TEXT_MAX} bytes")) } else { Ok(text) }
}
