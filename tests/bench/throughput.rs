//! What the tool costs, as ratios to a plain pass of the csv crate over the same file, in the same run.
//!
//! `cargo bench` runs it with a million records, `cargo bench -- 100000` with fewer. Nothing is asserted: machines differ, ratios are read.
//! Times are CPU seconds, the least of several rounds in which the cases take turns: what else the machine does only adds to them.

use std::alloc::System;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sfcred_formats::{Input, Limits, NoLock, Notice, Record, Sink, Spot};
use zeroizing_alloc::ZeroAlloc;

mod data;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

const ROUNDS: usize = 7;
const AS_OF: &str = "2026-11-21";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.first().map(String::as_str) {
        Some("child") => child(&args[1], &args[2..]),
        Some(count) => parent(count.parse().expect("the number of records")),
        None => parent(1_000_000),
    }
}

/// One case: what it is called, and the arguments of the child that does it.
struct Case {
    name: &'static str,
    args: Vec<String>,
    cpu: Vec<f64>,
    memory: u64,
}

fn parent(records: u32) {
    let folder = Folder::new();
    let csv = folder.file("records.csv");
    data::write_csv(&csv, records);
    let json = folder.file("records.json");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let convert = |input: &Path, to: &str, more: &[&str]| {
        let fixed = ["run", "convert", "-q", "--force", "--as-of", AS_OF, "--to", to, "-o"];
        let mut args: Vec<String> = fixed.iter().map(|arg| (*arg).to_owned()).collect();
        args.extend([text(&folder.file("out")), text(input)]);
        args.extend(more.iter().map(|arg| (*arg).to_owned()));
        args
    };
    let mut first = convert(&csv, "bitwarden-json", &[]);
    *first.iter_mut().find(|arg| **arg == text(&folder.file("out"))).expect("-o") = text(&json);
    run(&first);

    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let plain = |kind: &str, input: &Path| vec![kind.to_owned(), text(input), text(&folder.file("out"))];
    let case = |name, args| Case { name, args, cpu: Vec::new(), memory: 0 };
    let mut cases = vec![
        case("csv crate, read and write", plain("copy", &csv)),
        case("csv crate, read", plain("read", &csv)),
        case("csv, read into records", plain("records", &csv)),
        case("csv to bitwarden-json", convert(&csv, "bitwarden-json", &[])),
        case("bitwarden-json to csv", convert(&json, "csv", &[])),
        case("csv to bitwarden-json, sealed", convert(&csv, "bitwarden-json", &["-r", &recipient])),
        case("age crate, the same bytes", plain("seal", &json)),
        case(
            "check of csv",
            vec!["run".into(), "check".into(), "-q".into(), "--fail-on".into(), "never".into(), "--as-of".into(), AS_OF.into(), text(&csv)],
        ),
    ];
    for _ in 0..ROUNDS {
        for case in &mut cases {
            // Taking an old file away is no part of the work.
            let _ = fs::remove_file(folder.file("out"));
            let (cpu, memory) = run(&case.args);
            case.cpu.push(cpu);
            case.memory = case.memory.max(memory);
        }
    }
    println!("{records} records, {} MB of csv, {} MB of json", size(&csv), size(&json));
    println!("{:32} {:>8} {:>8} {:>10}", "", "seconds", "ratio", "memory");
    let base = least(&cases[0].cpu);
    for case in &cases {
        let cpu = least(&case.cpu);
        println!("{:32} {cpu:8.2} {:8.2} {:7} KiB", case.name, cpu / base, case.memory);
    }
    let of = |name: &str| cases.iter().find(|case| case.name == name).map_or(0.0, |case| least(&case.cpu));
    let [plain, sealed, age] = ["csv to bitwarden-json", "csv to bitwarden-json, sealed", "age crate, the same bytes"].map(of);
    println!("sealing adds {:.2} s; the age crate alone takes {age:.2} s", sealed - plain);
    println!("check takes {:.2} times as long as sfcred takes to read", of("check of csv") / of("csv, read into records"));
    println!("--help: {:.1} ms", help());
}

/// Runs a child and returns its CPU seconds and the most memory it had, in KiB.
fn run(args: &[String]) -> (f64, u64) {
    let output = Command::new(std::env::current_exe().expect("a path")).arg("child").args(args).output().expect("a child");
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().last().unwrap_or_default();
    let (cpu, memory) = last.split_once(' ').unwrap_or_else(|| panic!("{args:?}: {text}"));
    (cpu.parse().expect("seconds"), memory.parse().expect("KiB"))
}

fn child(kind: &str, args: &[String]) {
    match kind {
        "run" => {
            let words = std::iter::once("sfcred".to_owned()).chain(args.iter().cloned());
            let _ = sfcred::cli::run(words.map(Into::into), AS_OF.parse().expect("a day"));
        }
        "copy" => copy(&args[0], &args[1]),
        "read" => read(&args[0]),
        "records" => records(&args[0]),
        "seal" => seal(&args[0], &args[1]),
        other => panic!("{other}"),
    }
    // The first word: nanoseconds on a CPU, of the one thread there is.
    let stat = fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds: u64 = stat.split_whitespace().next().unwrap_or_default().parse().expect("nanoseconds");
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    let seconds = Duration::from_nanos(nanoseconds).as_secs_f64();
    eprintln!("\n{seconds} {}", peak.trim().trim_end_matches(" kB"));
}

fn copy(from: &str, to: &str) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(65536).from_path(from).expect("input");
    let mut writer = csv::WriterBuilder::new().buffer_capacity(65536).from_path(to).expect("output");
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("a row") {
        writer.write_byte_record(&record).expect("a row");
    }
    writer.flush().expect("the end");
}

fn read(from: &str) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(65536).from_path(from).expect("input");
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("a row") {}
}

/// Reads as `check` does, and does nothing with the records.
fn records(from: &str) {
    struct Nothing;
    impl Sink for Nothing {
        fn record(&mut self, record: &mut Record, _: Spot) -> sfcred_formats::Result<()> {
            std::hint::black_box(record);
            Ok(())
        }

        fn notice(&mut self, _: Notice, _: &str) {}
    }
    let limits = Limits::default();
    let mut input = Input::open(Box::new(File::open(from).expect("input")), &limits).expect("bytes");
    let format = sfcred_formats::detect(sfcred_formats::all(), &mut input).expect("a format").format;
    format.read(&mut input, &limits, &mut NoLock, &mut Nothing).expect("records");
}

fn seal(from: &str, to: &str) {
    let recipient = age::x25519::Identity::generate().to_public();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).expect("a recipient");
    let mut out = encryptor.wrap_output(BufWriter::with_capacity(65536, File::create(to).expect("output"))).expect("a header");
    std::io::copy(&mut BufReader::with_capacity(65536, File::open(from).expect("input")), &mut out).expect("bytes");
    out.finish().expect("the end").flush().expect("the end");
}

fn help() -> f64 {
    let times: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            let status = Command::new(env!("CARGO_BIN_EXE_sfcred")).arg("--help").stdout(std::process::Stdio::null()).status();
            assert!(status.expect("the tool").success());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    least(&times)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len() / 1_000_000)
}

/// A folder in memory where there is one, so that the disk is not measured.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let shm = Path::new("/dev/shm");
        let base = if shm.is_dir() { shm.to_path_buf() } else { PathBuf::from(env!("CARGO_TARGET_TMPDIR")) };
        let folder = base.join(format!("sfcred-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
