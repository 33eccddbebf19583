package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

// raw is an answer that is not JSON.
type raw struct {
	kind string
	body []byte
	fill int
}

const maxBody = 26 << 20

// read reads the body: JSON, or a form of parts with payload_json and files.
func (c *call) read(w http.ResponseWriter) error {
	all, err := io.ReadAll(http.MaxBytesReader(w, c.r.Body, maxBody))
	if err != nil {
		return refuse(http.StatusRequestEntityTooLarge, 40005, "Request entity too large")
	}
	if len(all) == 0 {
		return nil
	}
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil {
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body: no Content-Type")
	}
	if kind == "multipart/form-data" {
		if err := c.readParts(all, params["boundary"]); err != nil {
			return refuse(http.StatusBadRequest, 50035, "Invalid Form Body: "+err.Error())
		}
	} else if kind == "application/json" {
		c.Body = all
	} else {
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body: Content-Type "+kind)
	}
	if len(c.Body) == 0 {
		c.body = object{}
		return nil
	}
	var x any
	if err := json.Unmarshal(c.Body, &x); err != nil {
		return refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	switch x := x.(type) {
	case object:
		c.body = x
	case []any:
		c.array = x
	default:
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	return nil
}

func (c *call) readParts(all []byte, boundary string) error {
	c.files = map[int]File{}
	r := multipart.NewReader(bytes.NewReader(all), boundary)
	for {
		p, err := r.NextPart()
		if err == io.EOF { // not one that is wrapped: a form that is cut off
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		name := p.FormName()
		switch {
		case name == "payload_json":
			c.Body = data
		case strings.HasPrefix(name, "files["):
			n, err := strconv.Atoi(strings.TrimSuffix(name[len("files["):], "]"))
			if err != nil {
				return err
			}
			c.files[n] = File{Name: p.FileName(), Type: p.Header.Get("Content-Type"), Content: data}
		default:
			return fmt.Errorf("an unknown part %q", name)
		}
	}
}
