// Threads, channels, files, collections and panics.
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{mpsc, Arc, Condvar, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

fn threads() {
    let (sender, receiver) = mpsc::channel();
    let sum = Arc::new(AtomicU64::new(0));
    let handles: Vec<_> = (0..8u64)
        .map(|i| {
            let (sender, sum) = (sender.clone(), Arc::clone(&sum));
            thread::spawn(move || {
                for j in 0..1000 {
                    sum.fetch_add(i * j, Ordering::Relaxed);
                }
                sender.send(i * i).unwrap();
            })
        })
        .collect();
    drop(sender);
    let mut squares: Vec<u64> = receiver.iter().collect();
    squares.sort_unstable();
    for handle in handles {
        handle.join().unwrap();
    }
    println!("{:?} {}", squares, sum.load(Ordering::SeqCst));
}

fn waiting() {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let other = Arc::clone(&pair);
    let handle = thread::spawn(move || {
        *other.0.lock().unwrap() = true;
        other.1.notify_one();
    });
    let mut ready = pair.0.lock().unwrap();
    while !*ready {
        ready = pair.1.wait(ready).unwrap();
    }
    handle.join().unwrap();
    let start = Instant::now();
    thread::sleep(Duration::from_millis(3));
    println!("{} {}", *ready, start.elapsed() >= Duration::from_millis(3));
    let lock = RwLock::new(5);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| *lock.write().unwrap() += 1);
        }
    });
    println!("{}", lock.read().unwrap());
}

fn files() -> io::Result<()> {
    fs::create_dir_all("rust/deep")?;
    let mut file = fs::File::create("rust/deep/numbers.txt")?;
    for i in 0..1000 {
        writeln!(file, "{}", i * i)?;
    }
    fs::rename("rust/deep/numbers.txt", "rust/numbers.txt")?;
    let text = fs::read_to_string("rust/numbers.txt")?;
    println!("{} {:?}", text.len(), fs::metadata("none").map_err(|e| e.kind()));
    let mut words: HashMap<String, usize> = HashMap::new();
    for line in io::BufReader::new(fs::File::open("prose.txt")?).lines() {
        for word in line?.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 4) {
            *words.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    println!("{:?}", words.into_iter().collect::<BTreeMap<_, _>>());
    Ok(())
}

fn main() {
    threads();
    waiting();
    files().unwrap();
    println!("{}", thread::spawn(|| panic!("in a thread")).join().is_err());
    let deep = thread::Builder::new().stack_size(8 << 20).spawn(|| depth(40000)).unwrap();
    println!("{}", deep.join().unwrap());
    let index = std::env::args().count() + 10;
    println!("{}", [1, 2, 3][index]);
}

fn depth(left: u32) -> u32 {
    let room = [left; 16];
    if left == 0 { room[3] } else { depth(left - 1) + room[5].min(1) }
}
