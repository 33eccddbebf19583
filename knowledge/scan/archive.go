package scan

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/flate"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"
)

// tar gives the files of a tar archive.
func (o *opener) tar(name string, r io.Reader, depth int) bool {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return !o.stopped
		case errors.Is(err, tar.ErrInsecurePath):
			// A name is only a name.
		case err != nil:
			return o.fail(name, o.broken(Tar, err))
		}
		if h.Typeflag != tar.TypeReg || ignored(h.Name) {
			continue
		}
		if !o.enter(name) {
			return false
		}
		own := inside(name, h.Name, depth)
		if isSparse(h) {
			// Its holes would come out as zeros, as many as it declares.
			if !o.fail(own, &Unreadable{File, Unsupported}) {
				return false
			}
			continue
		}
		f := &tarFile{o: o, r: t}
		if !o.open(own, f, depth+1, false) {
			return false
		}
		if f.err != nil {
			return !o.stopped // its reader was told
		}
	}
}

func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// A tarFile is a file of a tar archive, no larger than the part of the stream
// that it is.
type tarFile struct {
	o   *opener
	r   io.Reader
	err error // other than io.EOF
}

func (f *tarFile) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = f.o.broken(Tar, err)
		err = f.err
	}
	return n, err
}

// zip gives the files of a zip archive. Its list stands at its end, so it is
// read whole.
func (o *opener) zip(name string, r io.Reader, depth int) bool {
	data, err := hold(r, o.limits.Compressed-o.held)
	if err != nil {
		return o.fail(name, o.broken(Zip, err))
	}
	o.held += data.size
	defer func() { o.held -= data.size }()
	if data.count("PK\x01\x02") > maxDirectory {
		return o.fail(name, &TooLarge{DirectorySize, maxDirectory})
	}
	z, err := zip.NewReader(data, data.size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return o.fail(name, &Unreadable{Zip, Damaged})
	}
	if kind := documentKind(z); kind != Zip {
		return o.fail(name, &Unreadable{kind, NoText})
	}
	files := slices.DeleteFunc(z.File, func(f *zip.File) bool { return !f.Mode().IsRegular() || ignored(f.Name) })
	if len(files) > o.limits.Entries-o.entries {
		// Not all can be read: logs first.
		slices.SortStableFunc(files, func(a, b *zip.File) int { return cmp.Compare(unlike(a.Name), unlike(b.Name)) })
	}
	var taken places
	for _, f := range files {
		if !o.enter(name) {
			return false
		}
		own := inside(name, f.Name, depth)
		g, err := o.zipFile(f, &taken)
		if err != nil {
			if !o.fail(own, err) {
				return false
			}
			continue
		}
		if !o.open(own, g, depth+1, false) {
			return false
		}
	}
	return !o.stopped
}

// zipFile opens a file of a zip archive.
func (o *opener) zipFile(f *zip.File, taken *places) (io.Reader, error) {
	if f.Flags&1 != 0 {
		return nil, &Unreadable{File, Encrypted}
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, &Unreadable{File, Damaged}
	}
	// Files that share their bytes are how a small archive becomes a large one.
	if !taken.take(at, at+int64(f.CompressedSize64)) {
		return nil, &Unreadable{File, Overlapping}
	}
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, &Unreadable{File, Damaged}
	}
	packed := &counter{r: raw}
	g := &gate{o: o, r: packed, kind: File, packed: func() int64 { return packed.n }}
	switch f.Method {
	case zip.Store:
	case zip.Deflate:
		g.r = flate.NewReader(packed)
	default:
		return nil, &Unreadable{File, Unsupported}
	}
	// The declared size is not believed, the checksum is.
	g.r = &checked{r: g.r, sum: crc32.NewIEEE(), want: f.CRC32}
	return g, nil
}

// checked ends with an error when what was read has another checksum.
type checked struct {
	r    io.Reader
	sum  hash.Hash32
	want uint32
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && c.sum.Sum32() != c.want {
		err = zip.ErrChecksum
	}
	return n, err
}

// places are ranges of an archive.
type places [][2]int64

// take takes a range, if it touches none that is taken.
func (p *places) take(from, to int64) bool {
	for _, t := range *p {
		if from < t[1] && t[0] < to {
			return false
		}
	}
	*p = append(*p, [2]int64{from, to})
	return true
}

// documentKind tells the office documents and programs that are zip archives.
func documentKind(z *zip.Reader) Kind {
	kind := Zip
	for i, f := range z.File {
		switch {
		case i == 0 && f.Name == "mimetype", f.Name == "[Content_Types].xml":
			return Office
		case f.Name == "META-INF/MANIFEST.MF", f.Name == "AndroidManifest.xml":
			kind = Program
		}
	}
	return kind
}

// ignored reports whether a file is none that a person put there: what macOS
// adds to its archives.
func ignored(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), "._") || path.Base(name) == ".DS_Store"
}

// unlike orders names by how little they look like those of logs.
func unlike(name string) int {
	name = strings.ToLower(name)
	switch ext := path.Ext(unpackedName(name)); {
	case strings.Contains(path.Base(name), ".log"), ext == ".out", ext == ".har":
		return 0
	case ext == ".txt", ext == ".json", ext == ".jsonl", strings.Contains(name, "log"):
		return 1
	case ext == ".png", ext == ".jpg", ext == ".jpeg", ext == ".gif", ext == ".class", ext == ".jar", ext == ".js", ext == ".css":
		return 3
	}
	return 2
}
