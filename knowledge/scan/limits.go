package scan

import "time"

// Limits bound what one stream may cost. A zero field means its default, which
// is the constant of that name.
type Limits struct {
	Compressed   int64         // bytes of the stream itself
	Decompressed int64         // bytes of all that comes out of it, whether it is text or not
	Ratio        int64         // how many times larger than its compressed form something may be, beyond the first MiB
	Entries      int           // files in archives that are looked at
	Time         time.Duration // after which Diagnose begins no other block
}

// The defaults.
const (
	Compressed   = 50 << 20
	Decompressed = 500 << 20
	Ratio        = 200
	Files        = 200
	Time         = 2 * time.Minute
)

const (
	ratioSlack = 1 << 20 // bytes that may come out of anything
	maxNesting = 1       // an archive in an archive is opened, one in that is not
	maxName    = 200     // bytes of a name
	// maxDirectory bounds what a zip archive's list of files takes in memory:
	// each is some 400 bytes.
	maxDirectory = 1<<16 - 1
)

// filled returns l with defaults for what is zero.
func (l Limits) filled() Limits {
	if l.Compressed == 0 {
		l.Compressed = Compressed
	}
	if l.Decompressed == 0 {
		l.Decompressed = Decompressed
	}
	if l.Ratio == 0 {
		l.Ratio = Ratio
	}
	if l.Entries == 0 {
		l.Entries = Files
	}
	if l.Time == 0 {
		l.Time = Time
	}
	return l
}
