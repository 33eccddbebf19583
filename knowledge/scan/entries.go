package scan

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"authfix/knowledge/redact"
)

// An Entry is one text: the stream itself, what it unpacks to, or a file of an
// archive.
type Entry struct {
	Name string    // the stream's name, or the path in the archive: shown, redacted, never used as a path
	Text io.Reader // to be read before the next entry is asked for
}

// Entries opens r, called name, by its content: text (and whatever is not known
// to be something else) is one entry; gzip, zstd and bzip2 are unpacked; zip and
// tar archives, packed or not, give an entry for each regular file. An archive
// or a packed file in an archive is opened too, one inside that is not. A zip
// archive is read into memory, at most l.Compressed bytes with all that it lies
// in. Sizes that a file declares of itself are not believed.
//
// With an error comes an entry that has only a name: a [*TooLarge], an
// [*Unreadable], the error of r, or ctx's. It concerns that entry alone if
// others follow. Texts end with an error of the same kinds when their rest could
// not be read.
//
// Both end when ctx does, unless r blocks.
func Entries(ctx context.Context, name string, r io.Reader, l Limits) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		l = l.filled()
		o := &opener{ctx: ctx, limits: l, yield: yield, source: &source{ctx: ctx, r: r, limit: l.Compressed}}
		o.open(cleanName(name), o.source, 0, false)
	}
}

// An opener is one run of Entries.
type opener struct {
	ctx     context.Context
	limits  Limits
	yield   func(Entry, error) bool
	source  *source
	out     int64 // bytes unpacked so far
	held    int64 // bytes of zip archives in memory
	entries int
	stopped bool // no further entry is to be opened
}

// fail tells of an entry that cannot be read, and reports whether to go on.
func (o *opener) fail(name string, err error) bool {
	if !o.yield(Entry{Name: name}, err) {
		o.stopped = true
	}
	if ends(err) || o.source.err != nil {
		o.stopped = true
	}
	return !o.stopped
}

// ends reports whether an error is of the whole stream and not of one entry.
func ends(err error) bool {
	var large *TooLarge
	if errors.As(err, &large) {
		return large.What == CompressedSize || large.What == DecompressedSize || large.What == EntryCount
	}
	var unreadable *Unreadable
	return !errors.As(err, &unreadable)
}

// open gives the entries of r, which lies in depth archives, and reports whether
// to go on. What was packed by itself, and not in an archive, may be a tar
// archive: the two are one then.
func (o *opener) open(name string, r io.Reader, depth int, packed bool) bool {
	in := bufio.NewReaderSize(r, 32<<10)
	head, err := in.Peek(headSize)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return o.fail(name, err)
	}
	kind := kindOf(head)
	switch kind {
	case Text:
		if !o.yield(Entry{name, in}, nil) {
			o.stopped = true
		}
		return !o.stopped
	case Gzip, Zstd, Bzip2, Zip, Tar:
		if kind == Tar && packed {
			depth--
		}
		if depth > maxNesting {
			return o.fail(name, &Unreadable{kind, Nested})
		}
	default:
		return o.fail(name, &Unreadable{kind, NoText})
	}
	switch kind {
	case Zip:
		return o.zip(name, in, depth)
	case Tar:
		return o.tar(name, in, depth)
	}
	counted := &counter{r: in}
	unpacked, done, err := unpack(kind, counted)
	if err != nil {
		return o.fail(name, o.broken(kind, err))
	}
	defer done()
	g := &gate{o: o, r: unpacked, kind: kind, packed: func() int64 { return counted.n }}
	return o.open(unpackedName(name), g, depth+1, true)
}

// unpack begins to unpack r.
func unpack(kind Kind, r io.Reader) (unpacked io.Reader, done func(), err error) {
	switch kind {
	case Gzip:
		z, err := gzip.NewReader(r)
		return z, func() {}, err
	case Bzip2:
		return bzip2.NewReader(r), func() {}, nil
	}
	// The window of all levels but --ultra and --long is at most 8 MiB.
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

// enter takes note of a file in an archive and reports whether it is one too
// many, which it tells.
func (o *opener) enter(archive string) bool {
	if o.entries == o.limits.Entries {
		return o.fail(archive, &TooLarge{EntryCount, int64(o.limits.Entries)})
	}
	o.entries++
	return true
}

// unpackedName is the name without what it is packed with.
func unpackedName(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".gz", ".zst", ".bz2":
		return name[:len(name)-len(ext)]
	}
	return name
}

// inside is the name of a file in an archive; the archive's own is told only
// when it lies in another.
func inside(archive, file string, depth int) string {
	if depth > 0 {
		file = archive + "/" + file
	}
	return cleanName(file)
}

// cleanName makes a name of somebody else's fit to be shown: without control and
// formatting characters, bounded, redacted.
func cleanName(name string) string {
	if len(name) > 4*maxName {
		name = name[len(name)-4*maxName:]
	}
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return '_'
		}
		return r
	}, name)
	name = string(redact.New(redact.State{}).Text(name))
	if len(name) > maxName {
		from := len(name) - maxName
		for from < len(name) && !utf8.RuneStart(name[from]) {
			from++
		}
		name = "…" + name[from:]
	}
	return name
}
