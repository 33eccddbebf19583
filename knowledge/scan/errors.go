package scan

import "fmt"

// A Measure is what a limit is of.
type Measure string

// The measures.
const (
	CompressedSize   Measure = "size"           // bytes of the stream
	DecompressedSize Measure = "unpacked size"  // bytes of what comes out of it
	UnpackedRatio    Measure = "ratio"          // how many times larger something becomes
	EntryCount       Measure = "files"          // files in archives
	DirectorySize    Measure = "files listed"   // files that a zip archive lists
	ElapsedTime      Measure = "time"           // nanoseconds
	HeldSize         Measure = "archive's size" // bytes of zip archives, which are held in memory
)

// TooLarge says that a limit was reached; what was read until then counts.
type TooLarge struct {
	What  Measure
	Limit int64
}

// Error says which limit was reached, in lower case and without any content.
func (e *TooLarge) Error() string {
	switch e.What {
	case CompressedSize:
		return "the file is larger than " + size(e.Limit)
	case DecompressedSize:
		return "unpacked it is larger than " + size(e.Limit)
	case UnpackedRatio:
		return fmt.Sprintf("it unpacks to more than %d times its size", e.Limit)
	case EntryCount:
		return fmt.Sprintf("it holds more than %d files", e.Limit)
	case DirectorySize:
		return fmt.Sprintf("its list of files has more than %d entries", e.Limit)
	case HeldSize:
		return "an archive in it is larger than " + size(e.Limit)
	}
	return "reading it took too long"
}

func size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// A Reason is why something could not be read.
type Reason string

// The reasons.
const (
	NoText      Reason = "holds no text that could be read"
	Truncated   Reason = "ends too early"
	Damaged     Reason = "is damaged"
	Encrypted   Reason = "is encrypted"
	Nested      Reason = "lies too deep in other archives"
	Overlapping Reason = "overlaps another file of its archive"
	Unsupported Reason = "is packed in a way that is not supported"
)

// Unreadable says that something, or the rest of something, could not be read.
// What came before it counts.
type Unreadable struct {
	Kind Kind
	Why  Reason
}

// Error says what it is and why it was not read, in lower case and without any
// content: "an image holds no text that could be read".
func (e *Unreadable) Error() string { return string(e.Kind) + " " + string(e.Why) }
