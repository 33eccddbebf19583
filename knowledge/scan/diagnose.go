package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"authfix/knowledge"
	"authfix/knowledge/clean"
)

// A Result is what a file shows.
type Result struct {
	// Diagnosis is the surest of all blocks; of equally sure ones the one that
	// scores best, then the first. Its lines count from the start of Entry. Its
	// observation is that of its block alone; the lines in it are the block's.
	Diagnosis knowledge.Diagnosis
	Entry     string  // the text that the diagnosis is of: Entry.Name
	Found     []Found // every failure mode that was an answer or a consequence somewhere, the diagnosis's own too, surest first
	Secrets   []Secret
	Texts     int   // texts that were read, in part at least
	Bytes     int64 // of them, unpacked
	Lines     int64
	Notes     []Note // what was cut or not read, at most maxNotes
}

// A Found is one failure mode that the file shows.
type Found struct {
	ID, Title string
	Verdict   knowledge.Verdict // the surest
	Entry     string            // the text in which it stands first,
	Line      int               // and the line there, from 1; 0 if it rests on no line
	Count     int               // places at which it was seen, at least 1; where there are very many, some of them
}

// A Secret is a secret that stands in the file. It was replaced wherever the
// result shows it; its owner should know.
type Secret struct {
	Kind   string
	Revoke string // where its owner revokes it
	Mark   string // as in [knowledge.Redaction]
	Entry  string // where it stands first
	Line   int
	Count  int // lines with it, or with any of its kind when there is no mark
}

// A Note says that something was cut or not read: an error of [Entries], or a
// sentence of the engine.
type Note struct {
	Entry string // "" when it is of the whole file
	Err   error
}

// Bounds of a result.
const (
	maxFound   = 50
	maxSecrets = 100
	maxNotes   = 20
	maxFailed  = 4
	// maxObserved is how many blocks are observed to count places; behind them one
	// is counted in each.
	maxObserved = 100
	maxBinary   = 4 // blocks without text at the beginning, after which a file is taken for none
)

// Diagnose runs all texts of r, called name, through base. in is the input of
// every block but for its text and the name of its source, which is the entry's.
// A text of at most 1 MiB (and 200,000 lines) is one block, diagnosed as
// [knowledge.Base.Diagnose] does. A longer one is cut at line ends into blocks
// that overlap by what a condition may span, 200 lines or 64 KiB, so its
// diagnosis is about a block and not about the whole. Of these the first is
// diagnosed, and those of which a [knowledge.Sieve] says that they may show
// something: signatures for pastes only are not looked for in the others, nor
// are secrets.
//
// After l.Time no other block is begun, which is noted. A block takes at most a
// few seconds. The error is ctx's, or that of r, or base's for an answer in in;
// or the first note when there was no text at all. With ctx's and r's errors
// comes what was found before.
func Diagnose(ctx context.Context, base *knowledge.Base, in knowledge.Input, name string, r io.Reader, l Limits) (Result, error) {
	l = l.filled()
	s := &scanner{base: base, in: in, until: time.Now().Add(l.Time), limits: l, observe: in.Observe}
	s.in.Observe = knowledge.NotObserved
	err := s.run(ctx, name, r)
	s.finish()
	if err == nil && s.result.Texts == 0 {
		if err = clean.ErrEmpty; len(s.result.Notes) > 0 {
			err = s.result.Notes[0].Err
		}
	}
	return s.result, err
}

// A scanner is one run of Diagnose.
type scanner struct {
	base     *knowledge.Base
	in       knowledge.Input
	observe  knowledge.Observing // whether the result's diagnosis carries its observation
	limits   Limits
	until    time.Time
	sieve    *knowledge.Sieve // made for the first text of several blocks
	failed   int              // blocks that were diagnosed for a line that reads like an error
	observed int              // blocks
	buf      []byte
	result   Result
	best     standing
	found    map[string]*finding
	secrets  map[string]*secret
}

// errLate says that the time is over.
var errLate = errors.New("late")

func (s *scanner) run(ctx context.Context, name string, r io.Reader) error {
	for e, err := range Entries(ctx, name, r, s.limits) {
		if err == nil {
			err = s.text(ctx, e)
		}
		var large *TooLarge
		var unreadable *Unreadable
		switch {
		case err == nil:
		case errors.Is(err, errLate):
			s.note("", &TooLarge{ElapsedTime, int64(s.limits.Time)})
			return nil
		case errors.As(err, &large) || errors.As(err, &unreadable):
			s.note(e.Name, err)
		default:
			return err
		}
	}
	return context.Cause(ctx)
}

// text diagnoses one text.
func (s *scanner) text(ctx context.Context, e Entry) error {
	read := &counter{r: e.Text}
	c := &cutter{r: read, buf: s.buf[:0]}
	defer func() {
		s.buf = c.buf
		s.result.Bytes += read.n
		s.result.Lines += c.lines
	}()
	s.in.Source.Name = e.Name
	texts, binary := 0, 0
	for {
		b, err := c.next()
		if err != nil {
			if texts == 0 && binary > 0 {
				s.note(e.Name, &Unreadable{Binary, NoText})
			} else if binary > 0 {
				s.note(e.Name, &Unreadable{part(binary), NoText})
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if time.Now().After(s.until) {
			return errLate
		}
		if texts > 0 {
			switch may, err := s.may(b.text); {
			case err != nil:
				return err
			case !may:
				continue
			}
		}
		switch err := s.block(b, e.Name); {
		case errors.Is(err, clean.ErrEmpty):
			continue
		case errors.Is(err, clean.ErrBinary):
			if binary++; texts == 0 && binary == maxBinary {
				return &Unreadable{Binary, NoText}
			}
			continue
		case err != nil:
			return err
		}
		if texts++; texts == 1 {
			s.result.Texts++
		}
	}
}

// may reports whether a block that is not the first of its text is worth a
// diagnosis. Most of a log is not.
func (s *scanner) may(text []byte) (bool, error) {
	if s.sieve == nil {
		var err error
		if s.sieve, err = s.base.Sieve(s.in); err != nil {
			return false, err
		}
	}
	if s.sieve.May(text) {
		return true, nil
	}
	// An unknown failure is to be told by its first lines of error.
	if s.best.verdict == 0 && !s.best.error && s.failed < maxFailed && readsLikeError(text) {
		s.failed++
		return true, nil
	}
	return false, nil
}

func readsLikeError(text []byte) bool {
	for _, sign := range []string{" ERROR", " FATAL", "SEVERE", "Exception"} {
		if bytes.Contains(text, []byte(sign)) {
			return true
		}
	}
	return false
}

// part names n blocks of a text.
func part(n int) Kind {
	return Kind(fmt.Sprintf("a part of it (%s)", size(int64(n)*blockStep)))
}

// block diagnoses one block.
func (s *scanner) block(b block, entry string) error {
	in := s.in
	in.Text = b.text
	if s.observed < maxObserved || s.observe != knowledge.NotObserved {
		in.Observe = knowledge.IfSpoken // to count places
	}
	d, err := s.base.Diagnose(in)
	if errors.Is(err, clean.ErrBinary) && blankGaps(b.text) {
		d, err = s.base.Diagnose(in)
	}
	if err != nil {
		return err
	}
	if d.Verdict.Spoken() {
		s.observed++
	}
	if d.Observation.Base == "" && s.observes(&d) && s.better(&d) {
		in.Observe = knowledge.Observed
		if d, err = s.base.Diagnose(in); err != nil {
			return err
		}
	}
	s.add(d, b, entry)
	return nil
}

// observes reports whether d, as the result, is to carry its observation.
func (s *scanner) observes(d *knowledge.Diagnosis) bool {
	return s.observe == knowledge.Observed || s.observe == knowledge.IfSpoken && d.Verdict.Spoken()
}

// note adds a note, as far as there is room.
func (s *scanner) note(entry string, err error) {
	for _, n := range s.result.Notes {
		if n.Entry == entry && n.Err.Error() == err.Error() {
			return
		}
	}
	if len(s.result.Notes) < maxNotes {
		s.result.Notes = append(s.result.Notes, Note{entry, err})
	}
}
