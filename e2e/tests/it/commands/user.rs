//! A user: a folder, a shell with `payhook` on its path, and a gateway left running in another terminal.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use payhook_testkit::shell::Shell;
use payhook_testkit::{binary, process, steady};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

type Variables = Rc<RefCell<Vec<(String, String)>>>;

pub(super) struct User {
    home: TempDir,
    shell: Shell,
    variables: Variables,
    gateway: Option<Child>,
}

impl User {
    /// In a fresh folder, with nothing set but the path.
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("work");
        std::fs::create_dir(&folder).expect("the folder can be written");
        let binary = binary::payhook();
        let path =
            [binary.parent().expect("a file lies in a folder").display().to_string(), "/usr/bin:/bin".to_owned()];
        let variables: Variables = Rc::new(RefCell::new(vec![("PATH".to_owned(), path.join(":"))]));
        let set = Rc::clone(&variables);
        let shell = Shell::new(&folder, move || process(Path::new("/bin/sh"), &set));
        Self { home, shell, variables, gateway: None }
    }

    /// Sets a variable of the shell.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.borrow_mut().push((name.to_owned(), value.to_owned()));
    }

    /// Types a command that has to go well; returns what it printed.
    #[track_caller]
    pub(super) fn runs(&mut self, command: &str) -> String {
        self.shell.runs(command)
    }

    /// Types a command, however it goes; how it ended, what it printed and what it complained of.
    pub(super) fn types(&mut self, command: &str) -> (Option<i32>, String, String) {
        self.shell.types(command)
    }

    /// Types a command that has to end with `code`; returns what it printed and what it complained of.
    #[track_caller]
    pub(super) fn fails(&mut self, command: &str, code: i32) -> String {
        self.shell.fails(command, code)
    }

    /// Types a command again and again, until it says what is wanted.
    #[track_caller]
    pub(super) fn until(&mut self, command: &str, wanted: impl Fn(&str) -> bool) {
        self.shell.until(PATIENCE, command, wanted);
    }

    /// Runs `payhook serve` in another terminal, in place of the one that runs there.
    pub(super) fn serve(&mut self) {
        self.stop();
        let log = self.home.path().join("serve.log");
        let stderr = std::fs::File::create(&log).expect("the log can be written");
        let serve = process(&binary::payhook(), &self.variables)
            .current_dir(self.shell.folder())
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn();
        self.gateway = Some(serve.expect("payhook runs"));
        let began = Instant::now();
        loop {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            if said.contains("\"ready\"") {
                return;
            }
            let ended = self.gateway.as_mut().is_some_and(|gateway| !matches!(gateway.try_wait(), Ok(None)));
            assert!(!ended && began.elapsed() < PATIENCE, "payhook serve said {said}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends the one that runs.
    pub(super) fn stop(&mut self) {
        if let Some(mut gateway) = self.gateway.take() {
            process::signal(gateway.id(), libc::SIGTERM);
            let _ = gateway.wait();
        }
    }

    /// Changes a text that has to stand in a file.
    #[track_caller]
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from} does not stand in {text}");
        self.write(file, &text.replace(from, to));
    }

    /// Moves the gateway to ports that are free here: the public one, and the admin's.
    pub(super) fn edit_addresses(&self) -> [u16; 2] {
        let ports = [free_port(), free_port()];
        for (usual, port) in ["\"0.0.0.0:8080\"", "\"127.0.0.1:8081\""].into_iter().zip(ports) {
            self.edit("payhook.toml", usual, &format!("\"127.0.0.1:{port}\""));
        }
        ports
    }

    pub(super) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// A file where the shell stands.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.shell.folder().join(file)
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    /// The names of what lies where the shell stands.
    pub(super) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.shell.folder()).expect("the folder can be read");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.stop();
    }
}

fn process(program: &Path, variables: &Variables) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(variables.borrow().iter().map(|(name, value)| (name, value)));
    command
}

/// A port that nobody has.
pub(super) fn free_port() -> u16 {
    steady::address().port()
}
