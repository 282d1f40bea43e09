//! What the scripts of `deploy/` do to the machine that they run on, with other programs in the place of those that would do it.
//!
//! A scene has nothing but what a test puts there: a program that is not named is not there, whatever this machine has.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What every script may have of this machine.
const SYSTEM: [&str; 9] = ["bash", "cat", "dirname", "env", "mkdir", "mktemp", "rm", "sed", "tail"];

/// A folder in the place of the repository, and programs that write down how they were called.
struct Scene {
    folder: TempDir,
}

impl Scene {
    /// `scripts` are the repository's own; everything else in the folder is what a test makes.
    fn with(scripts: &[&str]) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        for script in scripts {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
            scene.write(script, &fs::read_to_string(from).unwrap());
        }
        for program in SYSTEM {
            let places = ["/usr/bin", "/bin"].map(|place| Path::new(place).join(program));
            let place = places.iter().find(|place| place.exists()).unwrap_or_else(|| panic!("no {program}"));
            fs::create_dir_all(scene.path("programs")).unwrap();
            symlink(place, scene.path("programs").join(program)).unwrap();
        }
        scene.program("timeout", "while [[ $1 = -* ]]; do shift; done; shift; exec \"$@\"")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Another process writes it: a file that this one has open, a child of another test may have open too, and then it cannot be run.
    fn write(&self, name: &str, text: &str) {
        let script = "mkdir -p \"${1%/*}\" && printf %s \"$2\" >\"$1\" && chmod 755 \"$1\"";
        let path = self.path(name);
        let status = Command::new("sh").args(["-c", script, "sh"]).arg(path).arg(text).status().unwrap();
        assert!(status.success(), "{name}: {status}");
    }

    /// A program that is called by its name, or by its path in the folder.
    fn program(self, name: &str, does: &str) -> Self {
        let path = if name.contains('/') { name.to_owned() } else { format!("programs/{name}") };
        let calls = self.path("calls");
        self.write(&path, &format!("#!/usr/bin/env bash\necho \"{name} $*\" >>'{}'\n{does}\n", calls.display()));
        self
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.path(script));
        command.args(arguments).env_clear().env("PATH", self.path("programs")).env("TMPDIR", self.folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
        output
    }

    /// How the programs of the scene were called, each in a line.
    fn calls(&self) -> String {
        fs::read_to_string(self.path("calls")).unwrap_or_default()
    }
}

#[test]
fn a_package_to_try_leaves_the_one_that_is_released_alone_and_an_old_one_is_not_taken_for_it() {
    let scene = Scene::with(&["deploy/debian/build"]);
    let [released, tried] =
        ["target/package", "target/package-debug"].map(|folder| format!("{folder}/deltalink_1.deb"));
    scene.write(&released, "the one of the release");
    scene.write(&tried, "one of yesterday");
    let output = scene.run("deploy/debian/build", &["debug"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("SKIPPED: NO PACKAGE WAS MADE"), "{output:?}");
    assert!(scene.path(&released).exists(), "a release was deleted");
    assert!(!scene.path(&tried).exists(), "it would be judged as if it had been made now");
}

#[test]
fn no_package_is_tried_where_somebody_has_it_installed() {
    let mut scene = Scene::with(&["deploy/debian/check"]).program("id", "echo 0");
    for program in ["apt-get", "dpkg", "systemd-analyze", "systemd-sysusers", "unshare"] {
        scene = scene.program(program, "");
    }
    scene.write("target/package/deltalink_1.deb", "");
    let output = scene.run("deploy/debian/check", &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("has Deltalink already"), "{output:?}");
    assert!(!scene.calls().contains("unshare "), "{}", scene.calls());
}

/// A machine on which everything of the gate's is there, and judges nothing.
fn furnished() -> Scene {
    let mut scene = Scene::with(&["deploy/check"]).program("id", "echo 0");
    for program in ["apt-get", "buildah", "cargo-deb", "cargo-deny", "docker", "strace", "target/debug/deltalink"] {
        scene = scene.program(program, "");
    }
    for judge in ["systemd/check", "kubernetes/check", "debian/build", "debian/check", "docker/check", "supply-chain"] {
        scene = scene.program(&format!("deploy/{judge}"), "");
    }
    scene
}

#[test]
fn the_gate_builds_no_image_also_where_an_engine_runs() {
    let scene = furnished().program("systemd-analyze", "");
    scene.run("deploy/check", &[]);
    let calls = scene.calls();
    assert!(calls.contains("deploy/debian/check target/package-debug"), "{calls}");
    assert!(!calls.contains("deploy/docker/check "), "{calls}");
    scene.run("deploy/check", &["--whole"]);
    assert!(scene.calls().contains("deploy/docker/check --buildah"), "{}", scene.calls());
}

#[test]
fn what_the_gate_installs_it_says_and_nothing_is_removed_for_it() {
    let scene = furnished().program("apt-get", "echo 'Setting up systemd (252) ...'");
    let output = scene.run("deploy/check", &[]);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("installed on this machine: systemd (252)\n"),
        "{output:?}"
    );
    let calls = scene.calls();
    let installs: Vec<&str> = calls.lines().filter(|line| line.starts_with("apt-get install")).collect();
    assert_eq!(installs, ["apt-get install -y --no-install-recommends --no-remove systemd"]);
}

#[test]
fn no_image_is_built_where_its_bases_cannot_be_had() {
    let refuses = "case $1 in image | pull) exit 1 ;; esac";
    let scene = Scene::with(&["deploy/docker/check", "deploy/docker/Dockerfile"]).program("docker", refuses);
    let output = scene.run("deploy/docker/check", &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("SKIPPED: NO IMAGE WAS BUILT"), "{output:?}");
    let calls = scene.calls();
    assert!(calls.contains("docker pull docker.io/library/rust:") && !calls.contains("docker build"), "{calls}");
}
