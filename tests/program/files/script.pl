# Perl: text, hashes, files, references, signals, evaluation, modules.
use strict;
use warnings;
use Data::Dumper;
use Digest::SHA qw(sha256_hex);
use File::Find;
use List::Util qw(sum max shuffle);
use POSIX qw(strftime floor);
use Time::HiRes qw(sleep);

$Data::Dumper::Sortkeys = 1;
open my $prose, '<', 'prose.txt' or die $!;
my %words;
while (<$prose>) { $words{lc $1}++ while /(\w{5,})/g }
close $prose;
printf "%-12s %d\n", $_, $words{$_} for (sort { $words{$b} <=> $words{$a} || $a cmp $b } keys %words)[0 .. 5];
print Dumper({ list => [1, 2, { deep => undef }], text => "a'b" });
print sha256_hex(join ',', map { $_ ** 2 } 1 .. 1000), "\n";
print strftime("%Y-%m-%d %H:%M:%S", gmtime 1e9), " ", floor(-2.5), " ", sum(1 .. 100), " ", max(3, 9, 4), "\n";
print join(' ', unpack('N n C a3', pack('N n C a3', 1e9, 65535, 200, 'abc'))), "\n";
my @found;
find({ wanted => sub { push @found, $File::Find::name }, no_chdir => 1 }, 'folder');
print join("\n", sort @found), "\n";
mkdir 'perl' or die $!;
for my $i (1 .. 5) {
    open my $file, '>', "perl/$i" or die $!;
    print $file "x" x ($i * 1000);
    close $file;
}
rename 'perl/1', 'perl/one';
unlink 'perl/2';
symlink 'one', 'perl/link';
print join(' ', map { -s $_ } sort glob 'perl/*'), "\n";
eval { die { code => 42 } };
print "caught $@->{code}\n";
local $SIG{ALRM} = sub { die "alarm\n" };
eval { Time::HiRes::ualarm(10000); 1 while 1 };
print "caught $@";
my $text = 'The quick brown fox';
(my $turned = $text) =~ s/(\w+) (\w+)/$2 $1/;
print "$turned ", scalar reverse($text), " ", ucfirst lc $text, "\n";
print "fib ", fib(20), "\n";
sub fib { my $n = shift; $n < 2 ? $n : fib($n - 1) + fib($n - 2) }
warn "a warning\n";
exit 3;
