// Goroutines, channels, garbage, panics and files.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

func worker(jobs <-chan int, results chan<- string) {
	for job := range jobs {
		sum := sha256.Sum256([]byte(strings.Repeat(fmt.Sprint(job), 10000)))
		results <- fmt.Sprintf("%02d %x", job, sum[:4])
	}
}

func pool() {
	jobs, results := make(chan int), make(chan string, 100)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() { defer group.Done(); worker(jobs, results) }()
	}
	for i := 0; i < 40; i++ {
		jobs <- i
	}
	close(jobs)
	group.Wait()
	close(results)
	var all []string
	for result := range results {
		all = append(all, result)
	}
	sort.Strings(all)
	fmt.Println(strings.Join(all, "\n"))
}

func garbage() {
	var kept [][]byte
	for i := 0; i < 20000; i++ {
		block := make([]byte, 4096)
		block[0] = byte(i)
		if i%1000 == 0 {
			kept = append(kept, block)
		}
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println(len(kept), kept[3][0], stats.NumGC > 0)
}

func panics() (err error) {
	defer func() { err = fmt.Errorf("recovered: %v", recover()) }()
	var pointer *int
	return errors.New(fmt.Sprint(*pointer)) // a fault that becomes a panic
}

func spinning() {
	stop := make(chan bool)
	go func() {
		for i := 0; ; i++ { // preempted by a signal
		}
	}()
	time.AfterFunc(20*time.Millisecond, func() { close(stop) })
	<-stop
	fmt.Println("preempted")
}

func files() {
	os.MkdirAll("go/deep", 0o755)
	text, _ := json.Marshal(map[string]any{"b": []int{1, 2}, "a": "ä"})
	os.WriteFile("go/deep/file.json", text, 0o644)
	filepath.Walk("go", func(path string, info os.FileInfo, err error) error {
		fmt.Println(path, info.Mode(), err)
		return nil
	})
	_, err := os.Open("none")
	fmt.Println(err, errors.Is(err, os.ErrNotExist))
}

func main() {
	pool()
	garbage()
	fmt.Println(panics())
	spinning()
	files()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-signals)
	select {
	case <-time.After(5 * time.Millisecond):
		fmt.Println("out of time")
	case <-make(chan int):
	}
	if len(os.Args) > 1 {
		var list []int
		fmt.Println(list[len(os.Args)])
	}
	os.Exit(12)
}
