//! How fast the sandbox's time goes by, as it is typed.

use payhook_sandbox::Pace;

/// Fastest pace: thirty days of retries in a little more than two seconds. Beyond that, `leap` is what is meant.
const SCALE_MAX: f64 = 1_000_000.0;

/// `60`, `0.5`, or `leap`.
pub(super) fn parse(text: &str) -> Result<Pace, String> {
    if text == "leap" {
        return Ok(Pace::Leaping);
    }
    let scale: f64 = text.parse().map_err(|_| "is neither a number nor `leap`".to_owned())?;
    if scale > 0.0 && scale <= SCALE_MAX {
        Ok(Pace::Scaled(scale))
    } else {
        Err(format!("has to be above 0 and at most {SCALE_MAX}; `leap` waits for nothing"))
    }
}

/// What a pace means, in a few words.
pub(super) fn described(pace: Pace) -> String {
    match pace {
        Pace::Leaping => "leaps to whatever comes next".to_owned(),
        Pace::Scaled(1.0) => "the world's own; --time-scale 3600 lets an hour go by in a second".to_owned(),
        Pace::Scaled(scale) => format!("{scale} times the world's"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_scaled_by_a_positive_number_or_leaps() {
        assert_eq!(parse("60"), Ok(Pace::Scaled(60.0)));
        assert_eq!(parse("0.5"), Ok(Pace::Scaled(0.5)));
        assert_eq!(parse("leap"), Ok(Pace::Leaping));
        for wrong in ["0", "-1", "nan", "inf", "1e9", "fast", ""] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
