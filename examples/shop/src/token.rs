//! Names nobody can guess: idempotency keys, the addresses of order pages, references.

/// Letters and digits that are not mistaken for each other when they are read out.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Letters of a secret: 130 bits.
const SECRET_LETTERS: usize = 26;

/// Letters of a reference after its prefix: 60 bits, and with it 14 characters. Banked takes 18.
const REFERENCE_LETTERS: usize = 12;

/// A new secret, also good as an idempotency key.
pub(crate) fn secret() -> Result<String, getrandom::Error> {
    letters(SECRET_LETTERS)
}

/// A new reference, as the provider and the buyer's bank statement show it: letters and digits alone.
pub(crate) fn reference() -> Result<String, getrandom::Error> {
    Ok(format!("UD{}", letters(REFERENCE_LETTERS)?))
}

/// Whether a form's token may be one that [`secret`] made.
pub(crate) fn is_secret(text: &str) -> bool {
    text.len() == SECRET_LETTERS && text.bytes().all(|byte| LETTERS.contains(&byte))
}

fn letters(count: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0_u8; count];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_short_enough_for_every_provider() {
        let reference = reference().unwrap();
        assert!(reference.len() <= 18 && reference.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{reference}");
    }

    #[test]
    fn a_secret_is_known_by_its_form() {
        assert!(is_secret(&secret().unwrap()));
        assert!(!is_secret("short") && !is_secret(&"'".repeat(SECRET_LETTERS)));
    }
}
