# The usual modules of the standard library, each with something to say.
import base64, binascii, bisect, collections, csv, dataclasses, datetime, decimal, difflib, enum, fractions, functools, hashlib, heapq, hmac
import io, itertools, json, math, pprint, random, re, statistics, string, struct, textwrap, unicodedata, uuid, zlib, bz2, lzma, xml.etree.ElementTree as tree

print(json.dumps({"b": [1, 2.5, None, True], "a": {"ä": "\u20ac"}}, sort_keys=True, indent=1))
print(json.loads('{"x": [1e3, -0.0, "\\u00e9"]}'))
text = open("prose.txt").read()
words = collections.Counter(re.findall(r"\b[a-z]{4,}\b", text.lower()))
print(sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:8])
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
    print(name, hashlib.new(name, text.encode()).hexdigest()[:32])
print(hmac.new(b"key", text.encode(), "sha256").hexdigest(), zlib.crc32(text.encode()), binascii.hexlify(b"\x00\xff"))
for pack in (zlib, bz2, lzma):
    packed = pack.compress(text.encode())
    print(pack.__name__, pack.decompress(packed) == text.encode(), hashlib.sha256(packed).hexdigest()[:16])
random.seed(20)
print([random.randrange(1000) for _ in range(8)], random.gauss(0, 1), random.sample(range(100), 5))
print(decimal.Decimal(2).sqrt(), fractions.Fraction(355, 113) - fractions.Fraction(22, 7), math.fsum([0.1] * 10))
print(datetime.datetime.fromtimestamp(1e9, datetime.timezone.utc).isoformat(), datetime.date(2024, 2, 28) + datetime.timedelta(2))
heights = [float(row["height"]) for row in csv.DictReader(open("people.csv"))]
print(statistics.mean(heights), statistics.stdev(heights), statistics.quantiles(heights))
print(struct.pack("<hiqfd", -2, 3, -4, 1.5, 2.25).hex(), base64.b85encode(b"some bytes"), uuid.uuid5(uuid.NAMESPACE_DNS, "example"))
print(textwrap.fill(text[:300].replace("\n", " "), 40))
print(list(itertools.islice(itertools.permutations("abc"), 4)), functools.reduce(lambda a, b: a * b, range(1, 30)))
print(unicodedata.name("€"), unicodedata.normalize("NFD", "é").encode(), "ß".upper(), string.Template("$x y").substitute(x=1))
root = tree.fromstring("<a><b x='1'>t</b><b/></a>")
print([(node.tag, node.attrib, node.text) for node in root.iter()])
print("\n".join(difflib.unified_diff(["a", "b", "c"], ["a", "x", "c"], lineterm="")))


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 7


class Colour(enum.Flag):
    RED = enum.auto()
    BLUE = enum.auto()


heap = [Point(3), Point(1, 2), Point(1)]
heapq.heapify(heap)
print([heapq.heappop(heap) for _ in range(3)], Colour.RED | Colour.BLUE, bisect.bisect([1, 3, 5], 4))
pprint.pprint({"a": list(range(30)), "b": {"c": "d" * 60}})
