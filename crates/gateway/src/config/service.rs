//! The manager that runs payhook as a service, as far as the environment says there is one: systemd's `NOTIFY_SOCKET`,
//! `WATCHDOG_USEC` and `WATCHDOG_PID` (sd_notify(3), sd_watchdog_enabled(3)).

use std::time::Duration;

use super::Variables;

/// Where a service manager listens, and how often it wants to hear that payhook makes progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceManager {
    /// Its socket: a path, or `@` and a name that is in no folder.
    pub socket: String,
    /// It ends a process it has not heard of for so long; absent when it does not watch.
    pub watchdog: Option<Duration>,
}

impl ServiceManager {
    /// The one these variables name; nothing when they name none.
    #[must_use]
    pub fn of(variables: &Variables) -> Option<Self> {
        let socket = variables.get("NOTIFY_SOCKET").filter(|socket| !socket.is_empty())?.to_owned();
        let is_meant = variables.get("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let micros = variables.get("WATCHDOG_USEC").and_then(|micros| micros.parse().ok());
        let watchdog = micros.filter(|micros| is_meant && *micros > 0).map(Duration::from_micros);
        Some(Self { socket, watchdog })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watchdog(variables: &[(&str, &str)]) -> Option<Duration> {
        let socket = [("NOTIFY_SOCKET", "/run/notify")];
        let variables = Variables::given(socket.iter().chain(variables).copied());
        ServiceManager::of(&variables).expect("there is a socket").watchdog
    }

    #[test]
    fn without_a_socket_there_is_nobody_to_tell() {
        assert_eq!(ServiceManager::of(&Variables::given([("WATCHDOG_USEC", "1000")])), None);
        assert_eq!(ServiceManager::of(&Variables::given([("NOTIFY_SOCKET", "")])), None);
    }

    #[test]
    fn a_watchdog_counts_in_microseconds_and_only_for_the_process_it_names() {
        let own = std::process::id().to_string();
        assert_eq!(watchdog(&[]), None);
        assert_eq!(watchdog(&[("WATCHDOG_USEC", "30000000")]), Some(Duration::from_secs(30)));
        assert_eq!(watchdog(&[("WATCHDOG_USEC", "5"), ("WATCHDOG_PID", &own)]), Some(Duration::from_micros(5)));
        assert_eq!(watchdog(&[("WATCHDOG_USEC", "5"), ("WATCHDOG_PID", "1")]), None);
        assert_eq!(watchdog(&[("WATCHDOG_USEC", "0")]), None);
        assert_eq!(watchdog(&[("WATCHDOG_USEC", "soon")]), None);
    }
}
