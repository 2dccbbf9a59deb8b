#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <pthread.h>
// A buffer larger than the caches is read, as weights are.
#define N (45*1024*1024)
static signed char *w[2]; static volatile long sink;
static double now(clockid_t c){struct timespec t;clock_gettime(c,&t);return t.tv_sec+t.tv_nsec*1e-9;}
static long chunk(signed char*b,long at,long n){int s=0;signed char x=3;for(int r=0;r<24;r++)for(long i=0;i<n;i++)s+=b[at+i]*(x+r);return s;}
struct A{int id;int rests;double cpu;};
static pthread_barrier_t bar;
static void*run(void*p){struct A*a=p;long at=0,n=65536;double c0=now(CLOCK_THREAD_CPUTIME_ID);
 for(int k=0;k<9600;k++){sink+=chunk(w[a->id],at,n);at=(at+n)%(N-n);
  if(a->rests&&k%a->rests==a->rests-1){usleep(180000);pthread_barrier_wait(&bar);}}
 a->cpu=now(CLOCK_THREAD_CPUTIME_ID)-c0;return 0;}
int main(int c,char**v){for(int i=0;i<2;i++){w[i]=malloc(N);for(long j=0;j<N;j++)w[i][j]=j*7;}
 pthread_barrier_init(&bar,0,2);
 for(int round=0;round<4;round++)for(int mode=0;mode<2;mode++){struct A a[2]={{0,mode?atoi(v[1]):0,0},{1,mode?atoi(v[1]):0,0}};pthread_t t[2];double t0=now(CLOCK_MONOTONIC);
  for(int i=0;i<2;i++)pthread_create(&t[i],0,run,&a[i]);for(int i=0;i<2;i++)pthread_join(t[i],0);
  printf("%s cpu %.3f wall %.2f\n",mode?"rested":"free  ",a[0].cpu+a[1].cpu,now(CLOCK_MONOTONIC)-t0);}
}
