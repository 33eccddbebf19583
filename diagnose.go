package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"authfix/bot/terminal"
	"authfix/knowledge"
)

type diagnoseCommand struct {
	Text   []string `arg:"" optional:"" help:"The error; without it, --file or standard input."`
	File   string   `help:"Read the paste from this file." type:"path" placeholder:"F"`
	Format string   `help:"text, json or markdown." enum:"text,json,markdown" default:"text"`
	JSONL  bool     `name:"jsonl" help:"Batch: {\"id\",\"text\"} a line in, one diagnosis a line out."`
	Now    string   `help:"The clock for time arithmetic, RFC 3339 (default: now)." placeholder:"TIME"`
	Why    string   `help:"Say clause by clause why this failure mode did or did not match." placeholder:"ID"`
	Answer []string `help:"Answer a guided question, QUESTION=VALUE (repeatable)." placeholder:"Q=V" sep:"none"`
}

// maxInput is one byte more than a paste may have, so that the engine sees
// that there was more.
const maxInput = 4<<20 + 1

func (c *diagnoseCommand) Run(p *program) error {
	now := p.now()
	if c.Now != "" {
		t, err := time.Parse(time.RFC3339, c.Now)
		if err != nil {
			return fmt.Errorf("--now %q is no RFC 3339 time, such as 2026-11-25T10:00:00Z", c.Now)
		}
		now = t
	}
	var answers []knowledge.Answer
	for _, a := range c.Answer {
		fact, value, ok := strings.Cut(a, "=")
		if !ok {
			return errors.New("--answer wants QUESTION=VALUE, such as token.kind=ghu")
		}
		answers = append(answers, knowledge.Answer{Fact: fact, Value: value})
	}
	base, err := p.base()
	if err != nil {
		return err
	}
	if c.JSONL {
		if len(c.Text) > 0 || c.File != "" || c.Why != "" {
			return errors.New("--jsonl reads standard input; give no text, --file or --why with it")
		}
		return batch(p, base, now, answers)
	}
	in := knowledge.Input{Now: now, Answers: answers}
	if in.Text, in.Source.Name, err = c.paste(p.stdin); err != nil {
		return err
	}
	if c.Why != "" {
		w, err := base.Why(in, c.Why)
		if err != nil {
			return err
		}
		return terminal.Why(p.stdout, w, terminal.Look(p.stdout))
	}
	d, err := base.Diagnose(in)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		err = writeJSON(p.stdout, d)
	case "markdown":
		err = terminal.Markdown(p.stdout, d)
	default:
		err = terminal.Diagnosis(p.stdout, d, terminal.Look(p.stdout))
	}
	if err == nil && !d.Verdict.Spoken() {
		return status(notRecognised)
	}
	return err
}

// paste reads what is to be diagnosed: the arguments, a file or standard input.
func (c *diagnoseCommand) paste(stdin io.Reader) ([]byte, string, error) {
	if len(c.Text) > 0 {
		if c.File != "" {
			return nil, "", errors.New("give either text or --file, not both")
		}
		if len(c.Text) == 1 && c.Text[0] == "-" {
			return readPaste(stdin)
		}
		return []byte(strings.Join(c.Text, " ")), "", nil
	}
	if c.File == "" {
		return readPaste(stdin)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, "", fmt.Errorf("--file: %w", err)
	}
	defer f.Close()
	text, _, err := readPaste(f)
	return text, f.Name(), err
}

func readPaste(r io.Reader) ([]byte, string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxInput))
	return text, "", err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// maxBatchLine bounds one line of a batch: a paste of 4 MiB, escaped.
const maxBatchLine = 32 << 20

// batch answers a stream of pastes, in order, each as soon as it is read. A bad
// line is answered with its error and the rest goes on.
func batch(p *program, base *knowledge.Base, now time.Time, answers []knowledge.Answer) error {
	lines := bufio.NewReaderSize(p.stdin, 64<<10)
	out := bufio.NewWriter(p.stdout)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	bad := false
	for {
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		line, err := batchLine(lines)
		if len(bytes.TrimSpace(line)) > 0 || errors.Is(err, errLong) {
			answer, lineErr := one(base, line, err, now, answers)
			bad = bad || lineErr
			if err := e.Encode(answer); err != nil {
				return err
			}
			if lines.Buffered() == 0 {
				if err := out.Flush(); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errLong) {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if bad {
		return status(trouble)
	}
	return nil
}

// badLine is what a line that cannot be diagnosed is answered with.
type badLine struct {
	ID    string `json:"id"`
	Error string `json:"error"`
}

func one(base *knowledge.Base, line []byte, err error, now time.Time, answers []knowledge.Answer) (answer any, bad bool) {
	var in struct{ ID, Text *string }
	if errors.Is(err, errLong) {
		return badLine{"", errLong.Error()}, true
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return badLine{"", `not JSON of the form {"id":"…","text":"…"}`}, true
	}
	id := ""
	if in.ID != nil {
		id = *in.ID
	}
	if in.Text == nil {
		return badLine{id, `"text" is missing`}, true
	}
	d, err := base.Diagnose(knowledge.Input{Text: []byte(*in.Text), Now: now, Answers: answers})
	if err != nil {
		return badLine{id, err.Error()}, true
	}
	d.ID = id
	return d, false
}

var errLong = fmt.Errorf("the line has more than %d MiB", maxBatchLine>>20)

// batchLine reads one line. A line over the bound is read to its end, dropped
// and reported.
func batchLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxBatchLine; !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && (err == nil || errors.Is(err, io.EOF)) {
			return nil, errors.Join(errLong, err)
		}
		return line, err
	}
}
