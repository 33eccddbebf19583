package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

// A file is one of an archive that a test makes.
type file struct {
	name string
	text []byte
}

func packZip(tb testing.TB, files ...file) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write(f.text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func packTar(tb testing.TB, files ...file) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text)), Typeflag: tar.TypeReg}); err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write(f.text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func packZstd(tb testing.TB, text []byte) []byte {
	tb.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return z.EncodeAll(text, nil)
}

// bzipped is "oauth_problem=token_rejected\n" as bzip2 packs it; the standard
// library only unpacks.
const bzipped = "BZh91AY&SY\xc5\x823O\x00\x00\t\xcb\x80\x00\x10\x00\x02\x00\x00\xbe_\xd6\x00 \x001L\x98\x99\x06F\r@\xc8\x1a\x1bH\xad\x9etl1.\xf5E\xf5\x03]:\t\x83\x1f\x17rE8P\x90\xc5\x823O"

// listed reads all entries: one line each, its name with its text or its error.
func listed(t *testing.T, data []byte, l Limits) []string {
	t.Helper()
	var all []string
	for e, err := range Entries(context.Background(), "file", bytes.NewReader(data), l) {
		if err != nil {
			all = append(all, e.Name+": "+err.Error())
			continue
		}
		text, err := io.ReadAll(e.Text)
		if len(text) > 40 {
			text = fmt.Appendf(nil, "%d bytes", len(text))
		}
		line := fmt.Sprintf("%s = %s", e.Name, text)
		if err != nil {
			line += ": " + err.Error()
		}
		all = append(all, line)
	}
	return all
}

func TestEntries(t *testing.T) {
	a, b := []byte("first\n"), []byte("second\n")
	png := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	deep := packZip(t, file{"c.zip", packZip(t, file{"b.zip", packZip(t, file{"a.log", a})}, file{"b.log", b})})
	cases := map[string]struct {
		data []byte
		want []string
	}{
		"empty":             {nil, []string{"file = "}},
		"text":              {a, []string{"file = first\n"}},
		"HAR":               {[]byte(`{"log":{"version":"1.2"}}`), []string{`file = {"log":{"version":"1.2"}}`}},
		"gzip":              {packGzip(t, a), []string{"file = first\n"}},
		"gzip twice":        {packGzip(t, packGzip(t, a)), []string{"file = first\n"}},
		"gzip thrice":       {packGzip(t, packGzip(t, packGzip(t, a))), []string{"file: a gzip file lies too deep in other archives"}},
		"gzip of two":       {append(packGzip(t, a), packGzip(t, b)...), []string{"file = first\nsecond\n"}},
		"zstd":              {packZstd(t, a), []string{"file = first\n"}},
		"bzip2":             {[]byte(bzipped), []string{"file = oauth_problem=token_rejected\n"}},
		"zip":               {packZip(t, file{"logs/a.log", a}, file{"logs/", nil}, file{"b.log", b}), []string{"logs/a.log = first\n", "b.log = second\n"}},
		"tar":               {packTar(t, file{"a.log", a}, file{"b.log", b}), []string{"a.log = first\n", "b.log = second\n"}},
		"tar.gz":            {packGzip(t, packTar(t, file{"a.log", a}, file{"b.log.gz", packGzip(t, b)})), []string{"a.log = first\n", "b.log = second\n"}},
		"tar.zst":           {packZstd(t, packTar(t, file{"a.log", a})), []string{"a.log = first\n"}},
		"packed in zip":     {packZip(t, file{"a.log.1.gz", packGzip(t, a)}, file{"b.log.zst", packZstd(t, b)}), []string{"a.log.1 = first\n", "b.log = second\n"}},
		"tar.gz in zip":     {packZip(t, file{"x.tgz", packGzip(t, packTar(t, file{"a.log", a}))}), []string{"x.tgz/a.log = first\n"}},
		"zip in zip in zip": {deep, []string{"c.zip/b.zip: a zip archive lies too deep in other archives", "c.zip/b.log = second\n"}},
		"only names":        {packZip(t, file{"../../etc/passwd", a}, file{"/b\x1b[31m\n.log", b}), []string{"../../etc/passwd = first\n", "/b_[31m_.log = second\n"}},
		"of macOS":          {packZip(t, file{"__MACOSX/._a.log", b}, file{"a.log", a}), []string{"a.log = first\n"}},
		"an image":          {png, []string{"file: an image holds no text that could be read"}},
		"image in zip":      {packZip(t, file{"a.log", png}, file{"b.log", b}), []string{"a.log: an image holds no text that could be read", "b.log = second\n"}},
		"PDF":               {[]byte("%PDF-1.7\n"), []string{"file: a PDF file holds no text that could be read"}},
		"program":           {append([]byte("MZ\x90\x00"), make([]byte, 100)...), []string{"file: a program holds no text that could be read"}},
		"docx":              {packZip(t, file{"[Content_Types].xml", a}, file{"word/document.xml", b}), []string{"file: an office document holds no text that could be read"}},
		"jar":               {packZip(t, file{"META-INF/MANIFEST.MF", a}), []string{"file: a program holds no text that could be read"}},
		"7z":                {[]byte("7z\xbc\xaf\x27\x1c\x00\x04"), []string{"file: a 7z archive holds no text that could be read"}},
		"MZ as a word":      {[]byte("MZ and BM are initials"), []string{"file = MZ and BM are initials"}},
		"empty zip":         {packZip(t), nil},
		"no zip":            {[]byte("PK\x03\x04 and so on"), []string{"file: a zip archive is damaged"}},
		"no gzip":           {[]byte("\x1f\x8b\x08"), []string{"file: a gzip file ends too early"}},
		"no gzip at all":    {[]byte("\x1f\x8bxxxxxxxxxxxxxxxxx"), []string{"file: a gzip file is damaged"}},
		"no zstd":           {[]byte("\x28\xb5\x2f\xfdxxxxxxxxxxxx"), []string{"file: a zstd file is damaged"}},
		"secret in a name":  {packZip(t, file{"gh" + "p_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c.log", a}), []string{"‹github-personal-token#1›.log = first\n"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, listed(t, c.data, Limits{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What came before the damage is read.
func TestBroken(t *testing.T) {
	text := []byte(strings.Repeat("one line of a log and a number, 12345\n", 5000))
	packed := packGzip(t, healthy(1<<20))
	cases := map[string]struct {
		data []byte
		why  Reason
		kind Kind
	}{
		"truncated gzip":  {packed[:len(packed)/2], Truncated, Gzip},
		"without its end": {packed[:len(packed)-4], Truncated, Gzip},
		"flipped bit":     {flip(packed, len(packed)/2), Damaged, Gzip},
		"garbage behind":  {append(bytes.Clone(packed), "garbage, more than a header"...), Damaged, Gzip},
		"truncated zstd":  {packZstd(t, healthy(1<<20))[:20000], Truncated, Zstd},
		"truncated tar":   {packTar(t, file{"a.log", text})[:100_000], Truncated, Tar},
		"checksum":        {flip(storeZip("a.log", text, 0), 1000), Damaged, File},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n := 0
			var failed error
			for e, err := range Entries(context.Background(), "file", bytes.NewReader(c.data), Limits{}) {
				if err != nil {
					t.Fatal(err)
				}
				var read []byte
				read, failed = io.ReadAll(e.Text)
				n += len(read)
			}
			var u *Unreadable
			if !errors.As(failed, &u) || u.Why != c.why || u.Kind != c.kind {
				t.Errorf("it ends with %v, want %s %s", failed, c.kind, c.why)
			}
			if n < 30_000 {
				t.Errorf("only %d bytes were read", n)
			}
		})
	}
}

func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 0x10
	return data
}

// storeZip makes a zip archive by hand: text as one file, not packed, and the
// same bytes as copies more of them.
func storeZip(name string, text []byte, copies int) []byte {
	var b bytes.Buffer
	le := binary.LittleEndian
	header := func(central bool, name string) []byte {
		var h []byte
		if central {
			h = append(h, "PK\x01\x02\x14\x00"...)
		} else {
			h = append(h, "PK\x03\x04"...)
		}
		h = append(h, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		h = le.AppendUint32(h, crc32.ChecksumIEEE(text))
		h = le.AppendUint32(h, uint32(len(text)))
		h = le.AppendUint32(h, uint32(len(text)))
		h = le.AppendUint16(h, uint16(len(name)))
		h = le.AppendUint16(h, 0)
		if central {
			h = append(h, make([]byte, 2+2+2+4)...)
			h = le.AppendUint32(h, 0)
		}
		return append(h, name...)
	}
	b.Write(header(false, name))
	b.Write(text)
	at := b.Len()
	for range copies + 1 {
		b.Write(header(true, name))
	}
	size := b.Len() - at
	end := append([]byte("PK\x05\x06"), 0, 0, 0, 0)
	end = le.AppendUint16(end, uint16(copies+1))
	end = le.AppendUint16(end, uint16(copies+1))
	end = le.AppendUint32(end, uint32(size))
	end = le.AppendUint32(end, uint32(at))
	b.Write(append(end, 0, 0))
	return b.Bytes()
}

// What is made to be too much stops at the limits, early.
func TestBombs(t *testing.T) {
	n := 100 << 20
	if racing {
		n = 12 << 20
	}
	zeros := packGzip(t, make([]byte, n))
	many := make([]file, 10_000)
	for i := range many {
		many[i] = file{fmt.Sprintf("%05d.txt", i), []byte("x\n")}
	}
	many[9_999] = file{"jira.log", []byte("y\n")}
	last := func(all []string) string { return all[len(all)-1] }
	began := time.Now()

	if got := last(listed(t, zeros, Limits{})); !strings.Contains(got, "it unpacks to more than 200 times its size") {
		t.Errorf("zeros: %s", got)
	}
	if got := last(listed(t, zeros, Limits{Ratio: 10_000, Decompressed: 10 << 20})); got != "file = 10485760 bytes: unpacked it is larger than 10 MiB" {
		t.Errorf("zeros, 10 MiB: %s", got)
	}
	if got := last(listed(t, packZip(t, file{"a", make([]byte, n)}), Limits{})); !strings.Contains(got, "it unpacks to more than 200 times its size") {
		t.Errorf("zeros in zip: %s", got)
	}
	if got := last(listed(t, packGzip(t, packTar(t, file{"a", healthy(3 << 20)}, file{"b", healthy(3 << 20)})), Limits{Decompressed: 4 << 20})); !strings.Contains(got, "larger than 4 MiB") {
		t.Errorf("tar.gz: %s", got)
	}
	got := listed(t, packZip(t, many...), Limits{})
	if len(got) != 201 || got[0] != "jira.log = y\n" || got[200] != "file: it holds more than 200 files" {
		t.Errorf("10,000 files: %d, %q … %q", len(got), got[0], last(got))
	}
	if got := listed(t, packTar(t, many[:300]...), Limits{}); len(got) != 201 || got[200] != "file: it holds more than 200 files" {
		t.Errorf("300 files in tar: %d, %q", len(got), last(got))
	}
	got = listed(t, storeZip("a.log", healthy(64<<10), 50), Limits{})
	if len(got) != 51 || !strings.HasPrefix(got[0], "a.log = ") || got[1] != "a.log: a file overlaps another file of its archive" {
		t.Errorf("overlapping files: %d, %q", len(got), got)
	}
	if got := listed(t, make([]byte, 3<<20), Limits{Compressed: 1 << 20}); got[0] != "file = 1048576 bytes: the file is larger than 1 MiB" {
		t.Errorf("3 MiB: %q", got)
	}
	if got := listed(t, packZip(t, file{"a", pseudo(2 << 20)}), Limits{Compressed: 1 << 20}); last(got) != "file: the file is larger than 1 MiB" {
		t.Errorf("a zip archive of 2 MiB: %q", got)
	}
	inner := packZip(t, file{"a", pseudo(1 << 20)})
	if got := listed(t, packZip(t, file{"inner.zip", inner}), Limits{Compressed: 1536 << 10}); last(got) != "inner.zip: an archive in it is larger than "+size(1536<<10-int64(len(packZip(t, file{"inner.zip", inner})))) {
		t.Errorf("zip archives of 2 × 1 MiB: %q", got)
	}
	directory := bytes.Repeat([]byte("PK\x01\x02"+strings.Repeat("x", 42)), maxDirectory+100)
	if got := listed(t, append([]byte("PK\x03\x04"), directory...), Limits{}); last(got) != "file: its list of files has more than 65535 entries" {
		t.Errorf("a list of many files: %q", got)
	}
	if d := time.Since(began); d > 20*time.Second && !racing {
		t.Errorf("all that took %v", d)
	}
}

// pseudo is n bytes that cannot be packed.
func pseudo(n int) []byte {
	all := make([]byte, n)
	x := uint32(1)
	for i := range all {
		x = x*1664525 + 1013904223
		all[i] = byte(x >> 24)
	}
	return all
}

func TestEncrypted(t *testing.T) {
	data := storeZip("a.log", []byte("first\n"), 0)
	at := bytes.Index(data, []byte("PK\x01\x02")) + 8
	data[at] |= 1
	if got := listed(t, data, Limits{}); len(got) != 1 || got[0] != "a.log: a file is encrypted" {
		t.Errorf("an encrypted file: %q", got)
	}
}

func TestSparse(t *testing.T) {
	header := func(name string, size int, kind byte) []byte {
		h := make([]byte, 512)
		copy(h, name)
		copy(h[100:], "0000644\x00")
		copy(h[124:], fmt.Sprintf("%011o\x00", size))
		copy(h[136:], "00000000000\x00")
		h[156] = kind
		copy(h[257:], "ustar\x0000")
		copy(h[148:], "        ")
		sum := 0
		for _, b := range h {
			sum += int(b)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		return h
	}
	record := func(key, value string) string {
		n := len(key) + len(value) + 3
		for len(fmt.Sprint(n))+len(key)+len(value)+3 != n {
			n++
		}
		return fmt.Sprintf("%d %s=%s\n", n, key, value)
	}
	pax := record("GNU.sparse.major", "0") + record("GNU.sparse.minor", "1") + record("GNU.sparse.name", "a") +
		record("GNU.sparse.size", "1000000000000") + record("GNU.sparse.numblocks", "1") + record("GNU.sparse.map", "999999999999,1")
	var b bytes.Buffer
	b.Write(header("pax", len(pax), 'x'))
	b.WriteString(pax)
	b.Write(make([]byte, 512-len(pax)%512))
	b.Write(header("a", 1, '0'))
	b.Write(make([]byte, 512+1024))
	if got := listed(t, b.Bytes(), Limits{}); len(got) != 1 || got[0] != "a: a file is packed in a way that is not supported" {
		t.Errorf("a sparse file: %q", got)
	}
}

// The stream's own error, and the context's, end everything and are told as
// they are.
func TestEnds(t *testing.T) {
	broken := errors.New("connection reset")
	packed := packGzip(t, healthy(1<<20))
	r := io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(broken))
	var got error
	for e, err := range Entries(context.Background(), "file", r, Limits{}) {
		if got = err; err == nil {
			_, got = io.Copy(io.Discard, e.Text)
		}
	}
	if !errors.Is(got, broken) {
		t.Errorf("a broken stream: %v", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for e, err := range Entries(ctx, "file", bytes.NewReader(packZip(t, file{"a", packed}, file{"b", packed}, file{"c", packed})), Limits{}) {
		if n++; err != nil {
			got = err
			continue
		}
		if _, err := io.ReadFull(e.Text, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		cancel()
		_, got = io.Copy(io.Discard, e.Text)
	}
	if !errors.Is(got, context.Canceled) || n > 2 {
		t.Errorf("after cancel: %v, %d entries", got, n)
	}
	for range Entries(context.Background(), "file", bytes.NewReader(packZip(t, file{"a", packed}, file{"b", packed})), Limits{}) {
		break // the iterator must not go on
	}
}
