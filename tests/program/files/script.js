// Node.js: files, hashes, compression, promises, timers, workers, regular expressions.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

function primes(limit) {
    const sieve = new Uint8Array(limit + 1);
    let count = 0;
    for (let i = 2; i <= limit; ++i) {
        if (sieve[i]) continue;
        ++count;
        for (let j = i * i; j <= limit; j += i) sieve[j] = 1;
    }
    return count;
}

function inWorker(limit) {
    return new Promise((resolve, reject) => {
        const worker = new Worker(__filename, { workerData: limit });
        worker.on('message', resolve).on('error', reject);
    });
}

async function main() {
    const prose = fs.readFileSync('prose.txt', 'utf8');
    const words = new Map();
    for (const [word] of prose.toLowerCase().matchAll(/\p{L}{4,}/gu)) words.set(word, (words.get(word) ?? 0) + 1);
    console.log([...words].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5));
    console.log(crypto.createHash('sha256').update(prose).digest('hex'));
    const packed = zlib.gzipSync(prose);
    console.log(zlib.gunzipSync(packed).toString() === prose, zlib.deflateSync(prose).length);
    fs.mkdirSync('node/deep', { recursive: true });
    fs.writeFileSync('node/deep/file.json', JSON.stringify({ a: [1, 2, { b: null }], c: 'ä€' }, null, 2));
    fs.renameSync('node/deep/file.json', 'node/renamed.json');
    console.log(JSON.parse(fs.readFileSync('node/renamed.json')), fs.readdirSync('folder').sort(), path.resolve('/a/../b'));
    await fs.promises.copyFile('people.csv', 'node/people.csv');
    console.log((await fs.promises.stat('node/people.csv')).size);
    console.log(await Promise.all([1, 2, 3].map((n) => new Promise((done) => setTimeout(done, 5 * n, n * n)))));
    console.log(await Promise.all([primes(100000), inWorker(200000), inWorker(300000)]));
    console.log(2n ** 200n, [3, 1, 2].toSorted ? 'new' : 'old', new Intl.NumberFormat('en').format(1234567.891), new Date(1e12).toISOString());
    let objects = [];
    for (let i = 0; i < 300000; ++i) objects.push({ i, text: 'x' + i });
    console.log(objects.reduce((sum, object) => sum + object.text.length, 0));
    objects = null;
    process.on('exit', (code) => console.log('exit', code));
    process.exitCode = 8;
}

if (isMainThread) main();
else parentPort.postMessage(primes(workerData));
