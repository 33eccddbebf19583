package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"authfix/knowledge"
)

// maxBatchLine bounds one line of a batch: a paste of 4 MiB, escaped.
const maxBatchLine = 32 << 20

// batch answers a stream of pastes, in order, each as soon as it is read. A bad
// line is answered with its error and the rest goes on.
func batch(p *program, base *knowledge.Base, in knowledge.Input) error {
	lines := bufio.NewReaderSize(p.stdin, 64<<10)
	out := bufio.NewWriter(p.stdout)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	bad := false
	for {
		if p.ctx.Err() != nil {
			return errors.Join(out.Flush(), p.ctx.Err())
		}
		line, err := batchLine(lines)
		if len(bytes.TrimSpace(line)) > 0 || errors.Is(err, errLong) {
			answer, lineErr := one(base, line, err, in)
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

func one(base *knowledge.Base, line []byte, err error, in knowledge.Input) (answer any, bad bool) {
	var given struct{ ID, Text *string }
	if errors.Is(err, errLong) {
		return badLine{"", errLong.Error()}, true
	}
	if err := json.Unmarshal(line, &given); err != nil {
		return badLine{"", `not JSON of the form {"id":"…","text":"…"}`}, true
	}
	id := ""
	if given.ID != nil {
		id = *given.ID
	}
	if given.Text == nil {
		return badLine{id, `"text" is missing`}, true
	}
	in.Text = []byte(*given.Text)
	d, err := base.Diagnose(in)
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
