package knowledge

import (
	"bytes"
	_ "embed"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// The built-in failure modes, questions and topics are compiled into one file
// by `make generate`, since reading the YAML takes a fifth of a second at 500
// failure modes. The file has three parts behind one another: what recognition
// needs, decoded at start; the search index, decoded at the first search; and
// the texts of each failure mode, decoded when shown.

//go:embed builtin.gob
var builtin []byte

// header is the beginning of the compiled file: how long its parts are.
type header struct {
	Generation string
	Index      int
	Search     int
	Questions  []Question
	Topics     []Topic
}

// Builtin returns the built-in base. It is compiled once; the error tells that
// the program was built from a damaged file.
var Builtin = sync.OnceValues(func() (*Base, error) { return decodeBase(builtin) })

func decodeBase(data []byte) (*Base, error) {
	r := bytes.NewReader(data)
	var h header
	var x index
	d := gob.NewDecoder(r)
	if err := d.Decode(&h); err != nil {
		return nil, fmt.Errorf("decode the built-in failure modes: %w", err)
	}
	if err := d.Decode(&x); err != nil {
		return nil, fmt.Errorf("decode the built-in failure modes: %w", err)
	}
	texts := data[h.Index+h.Search:]
	l := &layer{index: x, questions: h.Questions, topics: h.Topics}
	l.texts = func(i int) (*FailureMode, error) {
		at := x.Modes[i].Text
		m := &FailureMode{}
		if err := json.Unmarshal(texts[at[0]:at[0]+at[1]], m); err != nil {
			return nil, fmt.Errorf("decode %s: %w", x.Modes[i].ID, err)
		}
		return m, nil
	}
	l.terms = sync.OnceValue(func() *searchIndex {
		s := &searchIndex{}
		if err := gob.NewDecoder(bytes.NewReader(data[h.Index : h.Index+h.Search])).Decode(s); err != nil {
			panic("knowledge: the built-in search index is damaged: " + err.Error())
		}
		return s
	})
	return newBase(l, h.Generation)
}

// encodeBase compiles sources, which must be valid, into the form that
// decodeBase reads. Equal sources give equal bytes.
func encodeBase(s *Sources) ([]byte, error) {
	modes := s.Modes()
	x, err := buildIndex(modes)
	if err != nil {
		return nil, err
	}
	var texts bytes.Buffer
	for i := range modes {
		text, err := json.Marshal(&modes[i])
		if err != nil {
			return nil, err
		}
		x.Modes[i].Text = [2]int{texts.Len(), len(text)}
		texts.Write(text)
	}
	var search bytes.Buffer
	if err := gob.NewEncoder(&search).Encode(indexTerms(modes)); err != nil {
		return nil, err
	}
	h := header{Search: search.Len()}
	for _, q := range s.questions {
		h.Questions = append(h.Questions, q.Value)
	}
	for _, t := range s.topics {
		h.Topics = append(h.Topics, t.Value)
	}
	h.Generation = digest(modes, h.Questions, h.Topics)
	var out bytes.Buffer
	for length := -1; length != out.Len(); { // the header holds its own length: a second round settles it
		length = out.Len()
		h.Index = length
		out.Reset()
		e := gob.NewEncoder(&out)
		if err := e.Encode(h); err != nil {
			return nil, err
		}
		if err := e.Encode(x); err != nil {
			return nil, err
		}
	}
	out.Write(search.Bytes())
	out.Write(texts.Bytes())
	return out.Bytes(), nil
}

// Generate reads the YAML of the built-in base below dir (the package's
// folder), validates it and writes the compiled file. The error is of type
// [Complaints] when the YAML holds mistakes.
func Generate(dir string) error {
	s, err := loadBuiltin(os.DirFS(dir))
	if err != nil {
		return err
	}
	data, err := encodeBase(s)
	if err != nil {
		return err
	}
	return os.WriteFile(dir+"/builtin.gob", data, 0o644)
}
