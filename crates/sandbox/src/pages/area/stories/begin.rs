//! What the form says, and the telling it begins.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;

use super::choose::form;
use super::{PATH, PLACE};
use crate::pages::area::fields::{Fields, Mistakes};
use crate::pages::area::frame::{go, refuse};
use crate::pages::area::trouble::Trouble;
use crate::sender::Fault;
use crate::story::{TellError, Wanted, tell};
use crate::world::World;

/// `POST /area/stories`.
pub(in crate::pages::area) async fn begin(
    State(world): State<Arc<World>>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let mut mistakes = Mistakes::new();
    if let Some(wanted) = wanted(&fields, &mut mistakes) {
        match world.act(|act| tell(act, wanted)) {
            Ok(begun) => return Ok(go(&format!("{PATH}/{}", begun.run), "told")),
            Err(TellError::Book(error)) => return Err(error.into()),
            Err(TellError::NoSuchStory(_)) => drop(mistakes.insert("story", "choose one of the list".to_owned())),
            Err(error) => drop(mistakes.insert("account", error.to_string())),
        }
    }
    let values = world.act(|act| form(act, &fields, &mistakes))?;
    Ok(refuse(&world, PLACE, "area/stories.html", values))
}

fn wanted(fields: &Fields, mistakes: &mut Mistakes) -> Option<Wanted> {
    let seed = match fields.some("seed").map(|text| text.parse()) {
        Some(Err(_)) => {
            mistakes.insert("seed", "takes a whole number, or nothing".to_owned());
            return None;
        }
        seed => seed.and_then(Result::ok),
    };
    Some(Wanted {
        story: fields.text("story"),
        seed,
        faults: fields.all("fault").filter_map(|name| name.parse::<Fault>().ok()).collect(),
        merchant_account: fields.some("account"),
    })
}
